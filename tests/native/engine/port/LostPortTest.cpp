// A port whose handle other code has closed.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "../../fixtures/Simulation.h"
#include "engine/port/Poller.h"

namespace iocp4j {
namespace {

using namespace test;
using std::chrono::steady_clock;

constexpr auto kPortLost = code(EngineError::kPortLost);
constexpr std::uint32_t kWorkers = 3;

class LostPortTest : public ::testing::Test {
protected:
    bool waitForWaiting(unsigned threads) const {
        return waitFor([&] { return kernel_.waiting() == threads; });
    }

    ~LostPortTest() override { EXPECT_EQ(0, kernel_.violations) << "another object's handle was used or closed"; }

    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(LostPortTest, IsReportedOnceCountedAndRefusesWhatIsNew) {
    TestPort port{recording_, portSettings(kWorkers)};
    const Device::Key device = pipe(port, kernel_);
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(recording_.waitForCount(1));
    EXPECT_EQ(0u, port->snapshot().failedDequeues);

    ASSERT_TRUE(waitForWaiting(kWorkers));
    kernel_.losePort();
    ASSERT_TRUE(waitFor([&] { return port->snapshot().failedDequeues == kWorkers; }));
    ASSERT_TRUE(waitFor([&] { return recording_.losses > 0; }));
    Request request;
    EXPECT_EQ(kPortLost, read(device, 2, request).error());
    EXPECT_EQ(kPortLost, port->post(0, 0, 3).error());
    EXPECT_EQ(kPortLost, addPipe(*port, kernel_).error());
    EXPECT_FALSE(kernel_.isPending(request)) << "nothing was started";
    EXPECT_EQ(0u, port->operations().inFlight());

    EXPECT_TRUE(closed(device));
    port.end();
    EXPECT_EQ(1u, recording_.losses);
    EXPECT_EQ(DWORD{ERROR_ABANDONED_WAIT_0}, recording_.lossReason);
    EXPECT_EQ(1u, recording_.count());
    EXPECT_EQ(kWorkers, kernel_.counters.lostDequeues) << "each worker has tried once";
    EXPECT_EQ(0u, kernel_.counters.lostPosts) << "the handle may be another object's by now";
}

TEST_F(LostPortTest, WorkersThatReturnLaterLearnOfTheLoss) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording_, portSettings(1)};
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    kernel_.losePort();
    turnstile.open();
    ASSERT_TRUE(waitFor([&] { return recording_.losses == 1; }));
    EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, recording_.lossReason);
    port.end();
}

// The kernel may still use the operation, and no packet can report its end.
TEST_F(LostPortTest, WhatIsInFlightIsKept) {
    // Never freed, because the kernel may still use them.
    static auto& request = *new Request;
    static auto& recording = *new Recording;
    const auto key = *CompletionPort::open(portSettings(kWorkers), recording.sink());
    {
        const Share<CompletionPort> port{key};
        const Device::Key device = *addPipe(*port, kernel_);
        const Device::Key idle = *addPipe(*port, kernel_);
        ASSERT_TRUE(read(device, 1, request));
        ASSERT_TRUE(waitForWaiting(kWorkers));
        kernel_.losePort();
        ASSERT_TRUE(waitFor([&] { return port->snapshot().failedDequeues == kWorkers; }));

        CompletionPort::close(key);
        EXPECT_FALSE(kernel_.isPending(request)) << "it was cancelled";
        EXPECT_TRUE(Device::awaitClosed(idle, deadline()));
        EXPECT_FALSE(Device::awaitClosed(device, steady_clock::now()));
        EXPECT_FALSE(CompletionPort::awaitClosed(key, steady_clock::now()));
        const PortSnapshot snapshot = port->snapshot();
        EXPECT_EQ(1u, snapshot.quarantined);
        EXPECT_EQ(1u, snapshot.operationsInFlight);
        ASSERT_EQ(1u, snapshot.devices.size());
        EXPECT_EQ(device, snapshot.devices[0].key);
    }
    EXPECT_EQ(0u, recording.count());
    EXPECT_TRUE(recording.unpinned().empty());
    EXPECT_EQ(1u, recording.losses);
    EXPECT_FALSE(recording.ended);
}

// A post notices the loss first. The waiting threads do not know of it yet.
TEST_F(LostPortTest, WhatIsOverAlreadyStillComes) {
    TestPort port{recording_, portSettings(kWorkers)};
    const Device::Key device = pipe(port, kernel_);
    Request requests[2];
    requests[0].answer = Request::Answer::kFails;
    ASSERT_TRUE(waitForWaiting(kWorkers));
    kernel_.losePort(false);
    ASSERT_TRUE(read(device, 1, requests[0])) << "the operation is accepted";
    EXPECT_EQ(kPortLost, read(device, 2, requests[1]).error());
    EXPECT_EQ(1u, kernel_.counters.lostPosts);
    EXPECT_EQ(0u, recording_.count());
    kernel_.abandon();
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(1).status);
    EXPECT_TRUE(closed(device));
    port.end();
    EXPECT_EQ(1u, recording_.count());
    EXPECT_EQ(1u, recording_.losses);
    EXPECT_EQ(1u, kernel_.counters.lostPosts);
}

TEST_F(LostPortTest, CloseThatBeganBeforeEnds) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording_, portSettings(kWorkers)};
    const Device::Key device = pipe(port, kernel_);
    Request request;
    ASSERT_TRUE(read(device, 1, request));
    port.close();
    ASSERT_TRUE(turnstile.waitForWaiting(1)) << "the listener gets the cancelled operation";
    kernel_.losePort();
    turnstile.open();
    port.end();
    EXPECT_EQ(1u, recording_.count());
    EXPECT_TRUE(recording_.isClosed(device));
}

TEST_F(LostPortTest, PollSaysSoAndACloseIsPolledToItsEnd) {
    CompletionPort::Settings settings = portSettings();
    settings.polled = true;
    const auto key = *CompletionPort::open(settings, recording_.sink());
    {
        const Share<CompletionPort> port{key};
        const Poller::Key poller = *Poller::open(*port);
        const Device::Key device = *addPipe(*port, kernel_);
        std::atomic<win32::ErrorCode> error{0};
        std::jthread thread{[&] { error = Poller::poll(poller, INFINITE).error(); }};
        EXPECT_TRUE(waitForWaiting(1));
        kernel_.losePort();
        thread.join();
        EXPECT_EQ(kPortLost, error);
        EXPECT_EQ(kPortLost, Poller::poll(poller, INFINITE).error()) << "every poll fails";
        EXPECT_EQ(kPortLost, Poller::poll(poller, 0).error());
        EXPECT_EQ(1u, port->snapshot().failedDequeues);
        Request request;
        EXPECT_EQ(kPortLost, read(device, 1, request).error());
        CompletionPort::close(key);
        EXPECT_EQ(0u, Poller::poll(poller, INFINITE)->count) << "the port has ended";
        Poller::close(poller);
    }
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
    EXPECT_EQ(1u, recording_.losses);
    EXPECT_TRUE(recording_.ended);
}

TEST_F(LostPortTest, FailureThatMayPassIsCountedAndNoLoss) {
    TestPort port{recording_, portSettings(kWorkers)};
    kernel_.weather.failingDequeues = 1'000;
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(waitFor([&] { return port->snapshot().failedDequeues >= 3; }));
    kernel_.weather.failingDequeues = 0;
    EXPECT_TRUE(recording_.waitForCount(1));
    EXPECT_TRUE(port->post(0, 0, 2));
    port.end();
    EXPECT_EQ(0u, recording_.losses);
    EXPECT_EQ(2u, recording_.count());
}

}  // namespace
}  // namespace iocp4j
