#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeDevice.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "engine/notify/Notifier.h"
#include "win32/Calls.h"
#include "win32/KernelPort.h"

namespace iocp4j {
namespace {

using namespace test;
using Post = FakeCall<&win32::Calls::postQueuedCompletionStatus>;

CompletionPort::Settings portWith(Mechanism mechanism, std::uint32_t workers = 2) {
    CompletionPort::Settings settings = portSettings(workers);
    settings.mechanism = mechanism;
    return settings;
}

// A device at one end of a pipe, on a port with the mechanism, and a plain handle at the other end.
class NotifierTest : public ::testing::TestWithParam<Mechanism> {
protected:
    NotifierTest() : device_(add(port_, std::move(ends_.server))), peer_(std::move(ends_.client)) {}

    Recording recording_;
    TestPort port_{recording_, portWith(GetParam())};
    PipeEnds ends_{PipeKind::kBytes, 4096, 0};
    Device::Key device_;
    win32::Handle peer_;
    char buffer_[64] = {};
};

TEST_P(NotifierTest, DeliversPendingAndImmediateCompletions) {
    for (std::uint64_t token = 0; token < 40; token += 2) {
        ASSERT_TRUE(port_.read(device_, token, buffer_, sizeof buffer_));
        put(peer_, "later");
        EXPECT_EQ(5u, recording_.waitForToken(token).bytes);
        put(peer_, "at once");
        ASSERT_TRUE(port_.read(device_, token + 1, buffer_, sizeof buffer_));
        EXPECT_EQ(7u, recording_.waitForToken(token + 1).bytes);
    }
    EXPECT_EQ(40u, recording_.count());
    EXPECT_EQ(0u, port_.foreignPackets());
}

TEST_P(NotifierTest, PinsAreKeptUntilTheEnd) {
    int pin = 0;
    ASSERT_TRUE(port_.read(device_, 1, buffer_, sizeof buffer_, &pin));
    EXPECT_TRUE(recording_.unpinned().empty());
    put(peer_, "x");
    recording_.waitForToken(1);
    EXPECT_EQ((std::vector<void*>{&pin}), recording_.unpinned());
}

TEST_P(NotifierTest, ReportsWhetherAnOperationIsPending) {
    const auto id = port_.read(device_, 1, buffer_, sizeof buffer_);
    ASSERT_TRUE(id);
    const Share<Device> device{device_};
    Operations& operations = port_->operations();
    EXPECT_TRUE(operations.isPending(*device, *id));
    EXPECT_FALSE(operations.isPending(*device, *id + 1)) << "another slot";
    EXPECT_FALSE(operations.isPending(*device, *id ^ (OperationId{1} << 24))) << "another generation";
    put(peer_, "x");
    EXPECT_EQ(1u, recording_.waitForToken(1).bytes);
    EXPECT_FALSE(operations.isPending(*device, *id));
}

TEST_P(NotifierTest, CancelAndItsEndMeetInAnyOrder) {
    for (std::uint64_t token = 1; token <= 200; ++token) {
        const auto id = port_.read(device_, token, buffer_, sizeof buffer_);
        ASSERT_TRUE(id);
        concurrently(2, [&](unsigned thread) {
            if (thread == 0) {
                put(peer_, "x");
            } else {
                port_.cancel(device_, *id);
            }
        });
        const CompletionRecord record = recording_.waitForToken(token);
        if (record.status == ERROR_OPERATION_ABORTED) {
            ASSERT_TRUE(port_.read(device_, 1000 + token, buffer_, sizeof buffer_));
            EXPECT_EQ(1u, recording_.waitForToken(1000 + token).bytes) << "the data is still in the pipe";
        } else {
            EXPECT_EQ(1u, record.bytes);
        }
        EXPECT_EQ(1u, recording_.recordsOf(token).size());
    }
}

TEST_P(NotifierTest, CloseWhileInFlightLosesNothing) {
    for (int round = 0; round < 30; ++round) {
        PipeEnds ends;
        const Device::Key device = add(port_, std::move(ends.server));
        const auto token = static_cast<std::uint64_t>(round);
        ASSERT_TRUE(port_.read(device, token, buffer_, sizeof buffer_));
        EXPECT_TRUE(closed(device));
        EXPECT_NE(DWORD{ERROR_SUCCESS}, recording_.waitForToken(token).status);
        EXPECT_EQ(1u, recording_.recordsOf(token).size());
    }
}

std::string nameOf(const ::testing::TestParamInfo<Mechanism>& instance) {
    constexpr const char* kNames[]{"Port", "Apc", "Event", "Handle"};
    return kNames[static_cast<int>(instance.param)];
}

INSTANTIATE_TEST_SUITE_P(All, NotifierTest,
                         ::testing::Values(Mechanism::kCompletionPort, Mechanism::kApc, Mechanism::kEvent,
                                           Mechanism::kHandle),
                         nameOf);

// The library posts the packet, and the post may fail.
class PostedPacketTest : public ::testing::TestWithParam<Mechanism> {};

TEST_P(PostedPacketTest, ThatCannotBePostedIsDelivered) {
    std::atomic<bool> failing{false};
    const Post post{[&](HANDLE port, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) {
        return failing ? test::failing(ERROR_NO_SYSTEM_RESOURCES) : Post::real(port, bytes, key, overlapped);
    }};
    Recording recording;
    TestPort port{recording, portWith(GetParam())};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[8];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof buffer));
    failing = true;
    put(ends.client, "x");
    // What is owed wakes a thread by a packet from the reserve, or, on a system without reserves, when posts succeed
    // again.
    failing = win32::Handle{win32::calls.allocatePacketReserve()}.get() != nullptr;
    EXPECT_EQ(1u, recording.waitForToken(1).bytes);
    failing = false;
    EXPECT_EQ(1u, recording.count());
}

INSTANTIATE_TEST_SUITE_P(All, PostedPacketTest,
                         ::testing::Values(Mechanism::kApc, Mechanism::kEvent, Mechanism::kHandle), nameOf);

TEST(SignalledHandleTest, AllowsOneOperationAtATime) {
    Recording recording;
    TestPort port{recording, portWith(Mechanism::kHandle)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[8];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof buffer));
    EXPECT_EQ(code(EngineError::kHandleBusy), port.read(device, 2, buffer, sizeof buffer).error());
    EXPECT_EQ(1u, port->operations().inFlight()) << "a refused operation uses no slot";
    put(ends.client, "x");
    recording.waitForToken(1);
    put(ends.client, "y");
    EXPECT_TRUE(port.read(device, 3, buffer, sizeof buffer));
    recording.waitForToken(3);
    EXPECT_EQ(2u, recording.count());
}

// The waiting thread sees this when another call has signalled the handle.
TEST(SignalledHandleTest, ContinuesToWaitWhenTheHandleIsSignalledByAnotherCall) {
    std::atomic<int> asked{0};
    const FakeCall<&win32::Calls::getOverlappedResult> result{
        [&](HANDLE handle, OVERLAPPED* overlapped, DWORD* bytes, BOOL wait) {
            EXPECT_FALSE(wait) << "a blocking wait would delay other notifications";
            return ++asked < 3 ? failing(ERROR_IO_INCOMPLETE) : decltype(result)::real(handle, overlapped, bytes, wait);
        }};
    Recording recording;
    TestPort port{recording, portWith(Mechanism::kHandle)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[8];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof buffer));
    put(ends.client, "x");
    EXPECT_EQ(1u, recording.waitForToken(1).bytes);
    EXPECT_EQ(3, asked);
    EXPECT_EQ(1u, recording.count());
}

// Other code has bound the handle to its own port, which must not get packets of the library.
TEST(EventTest, WorksOnAHandleThatIsBoundToAnotherPort) {
    const auto elsewhere = win32::KernelPort::create(1);
    ASSERT_TRUE(elsewhere);
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    ASSERT_EQ(0u, (*elsewhere).associate(ends.server.get(), 7));
    Recording recording;
    TestPort port{recording, portWith(Mechanism::kEvent)};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[8];
    for (std::uint64_t token = 1; token <= 10; ++token) {
        ASSERT_TRUE(port.read(device, token, buffer, sizeof buffer));
        put(ends.client, "x");
        EXPECT_EQ(1u, recording.waitForToken(token).bytes);
    }
    win32::KernelPort::Packet packet;
    EXPECT_EQ(win32::KernelPort::Outcome::kTimeout, (*elsewhere).dequeueOne(packet, 0));
}

// Two hundred events, of which one thread could wait for 64.
TEST(EventTest, DistinguishesOperationsOfOneDevice) {
    constexpr std::uint64_t kReads = 200;
    Recording recording;
    TestPort port{recording, portWith(Mechanism::kEvent)};
    PipeEnds ends{PipeKind::kMessages, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    std::vector<std::array<char, 8>> buffers(kReads);
    for (std::uint64_t token = 0; token < kReads; ++token) {
        ASSERT_TRUE(port.read(device, token, buffers[token].data(), 8));
    }
    for (std::uint64_t i = 0; i < kReads; ++i) {
        put(ends.client, std::to_string(i));
    }
    ASSERT_TRUE(recording.waitForCount(kReads));
    for (std::uint64_t token = 0; token < kReads; ++token) {
        const CompletionRecord record = recording.waitForToken(token);
        EXPECT_EQ(std::to_string(token), std::string(buffers[token].data(), record.bytes));
    }
}

}  // namespace
}  // namespace iocp4j
