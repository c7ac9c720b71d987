#include <gtest/gtest.h>

#include <vector>

#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class QuarantineTest : public ::testing::Test {
protected:
    ~QuarantineTest() override { EXPECT_EQ(0, kernel_.violations.load()) << "a handle was misused"; }

    static steady_clock::time_point soon() { return steady_clock::now() + milliseconds{20}; }

    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(QuarantineTest, DeviceKeepsOperationsThatTheKernelDoesNotComplete) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request stuck;
    stuck.cancel = Request::Cancel::kIgnores;
    stuck.bytes = 7;
    Request obedient;
    ASSERT_TRUE(read(device, 1, stuck));
    ASSERT_TRUE(read(device, 2, obedient));
    EXPECT_EQ(0u, port->snapshot().quarantined);

    Device::close(device);
    EXPECT_FALSE(Device::awaitClosed(device, soon()));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
    ASSERT_TRUE(waitFor([&] { return port->snapshot().quarantined == 1; }));
    const auto snapshot = port->snapshot();
    ASSERT_EQ(1u, snapshot.devices.size());
    EXPECT_TRUE(snapshot.devices[0].closing);
    EXPECT_EQ(1u, snapshot.devices[0].inFlight);
    EXPECT_EQ(2u, snapshot.devices[0].accepted);
    EXPECT_EQ(1u, snapshot.devices[0].completed);
    EXPECT_EQ(1u, snapshot.operationsInFlight);
    EXPECT_TRUE(stuck.owned);
    EXPECT_EQ((std::vector<void*>{&obedient}), recording_.unpinned()) << "the kernel still has the buffer";
    EXPECT_TRUE(recording_.closedDevices().empty());

    ASSERT_TRUE(kernel_.complete(stuck));
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(0u, recording_.waitForToken(1).status) << "it did succeed";
    EXPECT_EQ(7u, recording_.waitForToken(1).bytes);
    EXPECT_EQ((std::vector<void*>{&obedient, &stuck}), recording_.unpinned());
    EXPECT_EQ((std::vector<std::uint64_t>{device}), recording_.closedDevices());
    const auto after = port->snapshot();
    EXPECT_EQ(0u, after.quarantined);
    EXPECT_EQ(0u, after.unbalancedDevices);
    EXPECT_EQ(2u, after.accepted);
    EXPECT_EQ(2u, after.completed);
    EXPECT_TRUE(after.devices.empty());
}

TEST_F(QuarantineTest, SlotsInQuarantineAreNotUsedAgain) {
    TestPort port{recording_, portSettings(1, 2)};
    const Device::Key bad = pipe(port, kernel_);
    const Device::Key good = pipe(port, kernel_);
    Request stuck;
    stuck.cancel = Request::Cancel::kIgnores;
    ASSERT_TRUE(read(bad, 1, stuck));
    Device::close(bad);
    for (std::uint64_t token = 2; token < 50; ++token) {
        Request request;
        Request tooMany;
        ASSERT_TRUE(read(good, token, request));
        EXPECT_EQ(code(EngineError::kOperationLimit), read(good, 1'000, tooMany).error());
        ASSERT_TRUE(kernel_.complete(request));
        ASSERT_EQ(0u, recording_.waitForToken(token).status);
        ASSERT_TRUE(waitFor([&] { return port->operations().inFlight() == 1; }));
    }
    EXPECT_TRUE(kernel_.isPending(stuck));
    kernel_.completeAll();
    EXPECT_TRUE(Device::awaitClosed(bad, deadline()));
}

TEST_F(QuarantineTest, PortKeepsOperationsThatTheKernelDoesNotComplete) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request stuck;
    stuck.cancel = Request::Cancel::kIgnores;
    ASSERT_TRUE(read(device, 1, stuck));
    port.close();
    EXPECT_FALSE(CompletionPort::awaitClosed(port.key(), soon()));
    EXPECT_EQ(1u, port->snapshot().quarantined);
    EXPECT_FALSE(recording_.ended);
    EXPECT_TRUE(recording_.unpinned().empty());
    EXPECT_EQ(code(EngineError::kDeviceClosed), read(device, 2, stuck).error());
    EXPECT_EQ(code(EngineError::kPortClosed), port->post(0, 0, 0).error());
    ASSERT_TRUE(kernel_.complete(stuck));
    port.end();
    EXPECT_EQ(1u, recording_.count());
    EXPECT_EQ((std::vector<void*>{&stuck}), recording_.unpinned());
}

TEST_F(QuarantineTest, PacketThatComesAfterATimeoutEndsTheQuarantine) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request stuck;
    stuck.cancel = Request::Cancel::kHesitates;
    ASSERT_TRUE(read(device, 1, stuck, milliseconds{1}));
    ASSERT_TRUE(waitFor([&] { return kernel_.counters.cancelsHesitant > 0; }));
    Device::close(device);
    EXPECT_FALSE(Device::awaitClosed(device, soon()));
    kernel_.completeAll();
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recording_.waitForToken(1).status) << "the cause of the cancel";
}

}  // namespace
}  // namespace iocp4j
