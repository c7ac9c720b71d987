// Work that is owed without a packet: it is done although no packet can be posted. An idle port wakes no thread.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "../../fixtures/NewPort.h"
#include "../../fixtures/RemindedDevice.h"
#include "../../fixtures/Simulation.h"
#include "engine/operation/Doorbell.h"
#include "engine/port/Poller.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr unsigned kAll = 1'000;  // per mille
constexpr std::uint32_t kWorkers = 6;

// Whether the kernel has a reserve for packets that need no memory.
enum class Reserve { kThere, kMissing };

class DoorbellTest : public ::testing::TestWithParam<Reserve> {
protected:
    DoorbellTest() { kernel_.weather.missingReserves = GetParam() == Reserve::kMissing ? kAll : 0; }
    ~DoorbellTest() override { EXPECT_EQ(0, kernel_.violations); }

    void failPosts() { kernel_.weather.failingPosts = kAll; }

    // Lets more posts fail. Then they succeed, unless there is a reserve, which must be sufficient.
    void failSomeMorePosts() {
        const std::uint64_t until = kernel_.counters.failedPosts + 5;
        EXPECT_TRUE(waitFor([&] { return hasReserve() || kernel_.counters.failedPosts >= until; }));
        if (!hasReserve()) {
            kernel_.weather.failingPosts = 0;
        }
    }

    // So that no thread checks for work by itself.
    bool waitForWaiting(unsigned threads) const {
        return waitFor([&] { return kernel_.waiting() == threads; });
    }

    static bool hasReserve() { return GetParam() == Reserve::kThere; }

    SimulatedKernel kernel_;
    Recording recording_;
};

INSTANTIATE_TEST_SUITE_P(Reserves, DoorbellTest, ::testing::Values(Reserve::kThere, Reserve::kMissing),
                         [](const auto& parameter) {
                             return parameter.param == Reserve::kThere ? "Reserve" : "NoReserve";
                         });

// --- An idle port ---------------------------------------------------------------------------------------------------

TEST_P(DoorbellTest, IdleWorkersWaitForPacketsOnly) {
    {
        TestPort port{recording_, portSettings(kWorkers)};
        const Device::Key device = pipe(port, kernel_);
        Request fails;
        fails.answer = Request::Answer::kFails;
        Request timesOut;
        Request pends;
        ASSERT_TRUE(read(device, 1, fails));
        ASSERT_TRUE(read(device, 2, timesOut, Operations::Timeout{1}));
        ASSERT_TRUE(read(device, 3, pends, std::chrono::hours{1}));
        ASSERT_TRUE(port->post(0, 0, 4));
        ASSERT_TRUE(recording_.waitForCount(3));
        ASSERT_TRUE(closed(device));
    }
    EXPECT_EQ(4u, recording_.count());
    EXPECT_EQ(0u, kernel_.counters.limitedDequeues) << "no wait has a timeout";
    EXPECT_EQ(0u, kernel_.counters.emptyDequeues);
}

TEST_P(DoorbellTest, IdlePollWaitsForPacketsOnly) {
    CompletionPort::Settings settings = portSettings();
    settings.polled = true;
    const auto key = *CompletionPort::open(settings, recording_.sink());
    {
        const Share<CompletionPort> port{key};
        const Poller::Key poller = *Poller::open(*port);
        std::jthread thread{[&] {
            const auto polled = Poller::poll(poller, INFINITE);
            EXPECT_TRUE(polled->woken);
        }};
        EXPECT_TRUE(waitForWaiting(1));
        port->wake();
        thread.join();
        Poller::close(poller);
    }
    CompletionPort::close(key);
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
    EXPECT_EQ(0u, kernel_.counters.limitedDequeues);
    EXPECT_EQ(0u, kernel_.counters.emptyDequeues);
}

// --- What is owed ---------------------------------------------------------------------------------------------------

TEST_P(DoorbellTest, OperationsThatCouldNotBePostedComeEachOnce) {
    constexpr std::uint64_t kMany = 100;  // more than a thread takes at a time
    TestPort port{recording_, portSettings(kWorkers)};
    const Device::Key device = pipe(port, kernel_);
    const std::unique_ptr<Request[]> requests{new Request[kMany]};
    ASSERT_TRUE(waitForWaiting(kWorkers));
    failPosts();
    for (std::uint64_t token = 0; token < kMany; ++token) {
        requests[token].answer = Request::Answer::kFails;
        ASSERT_TRUE(read(device, token, requests[token]));
    }
    failSomeMorePosts();
    ASSERT_TRUE(recording_.waitForCount(kMany));
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(kMany, recording_.count());
    EXPECT_EQ(kMany, recording_.unpinned().size());
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording_.records()) {
        tokens.insert(record.token);
    }
    EXPECT_EQ(kMany, tokens.size());
    EXPECT_EQ(0u, port.foreignPackets()) << "the port's own packets are not foreign";
    EXPECT_EQ(hasReserve(), kernel_.counters.reservedPosts > 0);
    EXPECT_EQ(0u, kernel_.counters.limitedDequeues);
}

TEST_P(DoorbellTest, PollBringsOperationsThatCouldNotBePosted) {
    CompletionPort::Settings settings = portSettings();
    settings.polled = true;
    const auto key = *CompletionPort::open(settings, recording_.sink());
    Request fails;
    fails.answer = Request::Answer::kFails;
    {
        const Share<CompletionPort> port{key};
        const Poller::Key poller = *Poller::open(*port);
        const Device::Key device = *addPipe(*port, kernel_);
        std::atomic<std::uint32_t> count{0};
        std::jthread thread{[&] {
            count = Poller::poll(poller, INFINITE)->count;
            Poller::delivered(poller);
        }};
        EXPECT_TRUE(waitForWaiting(1));
        failPosts();
        EXPECT_TRUE(read(device, 1, fails));
        failSomeMorePosts();
        thread.join();
        EXPECT_EQ(1u, count);
        Device::close(device);
        Poller::close(poller);
    }
    CompletionPort::close(key);
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
}

TEST_P(DoorbellTest, EveryWorkerLeavesThoughItsExitCouldNotBePosted) {
    TestPort port{recording_, portSettings(kWorkers)};
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(recording_.waitForCount(1));
    ASSERT_TRUE(waitForWaiting(kWorkers));
    failPosts();
    port.close();
    failSomeMorePosts();
    port.end();
    EXPECT_EQ(0u, kernel_.counters.limitedDequeues);
}

TEST_P(DoorbellTest, EveryPollEndsThoughItsExitCouldNotBePosted) {
    CompletionPort::Settings settings = portSettings();
    settings.polled = true;
    const auto key = *CompletionPort::open(settings, recording_.sink());
    std::vector<std::jthread> threads;
    {
        const Share<CompletionPort> port{key};
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([poller = *Poller::open(*port)] {
                while (Poller::poll(poller, INFINITE)) {
                }
                Poller::close(poller);
            });
        }
        EXPECT_TRUE(waitForWaiting(3));
        failPosts();
        CompletionPort::close(key);
        failSomeMorePosts();
    }
    threads.clear();
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
}

TEST_P(DoorbellTest, WakeUpThatCouldNotBePostedEndsAPoll) {
    CompletionPort::Settings settings = portSettings();
    settings.polled = true;
    const auto key = *CompletionPort::open(settings, recording_.sink());
    {
        const Share<CompletionPort> port{key};
        const Poller::Key poller = *Poller::open(*port);
        std::atomic<bool> woken{false};
        std::jthread thread{[&] { woken = Poller::poll(poller, INFINITE)->woken; }};
        EXPECT_TRUE(waitForWaiting(1));
        failPosts();
        port->wake();
        failSomeMorePosts();
        thread.join();
        EXPECT_TRUE(woken);
        EXPECT_FALSE(Poller::poll(poller, 0)->woken) << "one return for each wake-up";
        Poller::close(poller);
    }
    CompletionPort::close(key);
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
}

TEST_P(DoorbellTest, RemindsThoughNothingCanBePosted) {
    std::atomic<int> reminded{0};
    TestPort port{recording_, portSettings(kWorkers)};
    const auto device = port->add(std::make_unique<RemindedDevice>(*port, reminded));
    ASSERT_TRUE(device);
    ASSERT_TRUE(waitForWaiting(kWorkers));
    failPosts();
    port->remind(*device, 1);
    failSomeMorePosts();
    EXPECT_TRUE(waitFor([&] { return reminded == 1; }));
    EXPECT_EQ(0u, kernel_.counters.limitedDequeues);
}

// All workers but one are in a listener, and the woken one enters it, too. The next free worker does the rest, although
// all posts but the first have failed.
TEST_P(DoorbellTest, AnotherThreadComesWhereTheFirstOneIsStuck) {
    Turnstile turnstile;
    std::atomic<bool> stuck{true};
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (stuck && records.front().token < 3) {
            turnstile.pass();
        }
    };
    TestPort port{recording_, portSettings(4)};
    const Device::Key device = pipe(port, kernel_);
    Request requests[4];
    failPosts();
    for (unsigned token = 0; token < 4; ++token) {
        requests[token].answer = Request::Answer::kFails;
        ASSERT_TRUE(waitForWaiting(4 - token));
        ASSERT_TRUE(read(device, token, requests[token]));
        failSomeMorePosts();
        ASSERT_TRUE(recording_.waitForCount(token + 1));
        failPosts();
    }
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(3).status) << "by the last free worker";
    stuck = false;
    turnstile.open();
    kernel_.weather.failingPosts = 0;
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(4u, recording_.count());
    EXPECT_FALSE(turnstile.gaveUp());
}

// --- The doorbell by itself -----------------------------------------------------------------------------------------

// A port with a doorbell, but without an engine that does the work.
class Door {
public:
    using Time = Doorbell::Clock::time_point;

    // Waits for packets and returns the number of the doorbell's.
    unsigned answer() {
        std::array<OVERLAPPED_ENTRY, 16> entries;
        const auto dequeued = kernel_.dequeueMany(entries, INFINITE, false);
        unsigned rings = 0;
        for (std::uint32_t i = 0; i < dequeued.count; ++i) {
            rings += doorbell_.isRing(entries[i]);
        }
        return rings;
    }

    std::atomic<Time> owedSince{Time::max()};
    std::atomic<unsigned> looks{0};

private:
    const win32::KernelPort kernel_ = newPort();

public:
    Doorbell doorbell_{kernel_, timekeeper_};

private:
    Timekeeper timekeeper_{L"test", [this] {
                               ++looks;
                               return doorbell_.ringFrom(owedSince);
                           }};
};

TEST_P(DoorbellTest, RingsAgainAsLongAsSomethingIsOwed) {
    Door door;
    door.owedSince = Door::Time::min();
    door.doorbell_.ring();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(1u, door.answer());
    }
}

TEST_P(DoorbellTest, RingsOnceUntilAThreadComes) {
    Door door;
    door.owedSince = Door::Time::min();
    for (unsigned i = 1; i <= 10; ++i) {
        door.doorbell_.ring();
        ASSERT_TRUE(waitFor([&] { return door.looks >= i; }));
    }
    door.owedSince = Door::Time::max();
    EXPECT_EQ(1u, kernel_.counters.packets);
    EXPECT_EQ(1u, door.answer());
    const unsigned looks = door.looks;
    door.doorbell_.ring();
    ASSERT_TRUE(waitFor([&] { return door.looks > looks; }));
    EXPECT_EQ(1u, kernel_.counters.packets) << "nothing is owed any more";
}

TEST_P(DoorbellTest, RingsWhenTheTimeHasComeAndNotBefore) {
    Door door;
    const auto due = Doorbell::Clock::now() + std::chrono::milliseconds{30};
    door.owedSince = due;
    door.doorbell_.ring();
    EXPECT_EQ(1u, door.answer());
    EXPECT_GE(Doorbell::Clock::now(), due);
}

TEST_P(DoorbellTest, AcceptsNoOtherPacketAsARing) {
    Door door;
    OVERLAPPED overlapped{};
    for (std::uint64_t key = 0; key < 10; ++key) {
        EXPECT_FALSE(door.doorbell_.isRing({key, nullptr, 0, 0})) << "the doorbell has not rung";
    }
    door.owedSince = Door::Time::min();
    door.doorbell_.ring();
    ASSERT_TRUE(waitFor([&] { return kernel_.counters.packets == 1; }));
    for (std::uint64_t key = 0; key < 10; ++key) {
        EXPECT_FALSE(door.doorbell_.isRing({key, &overlapped, 0, 0})) << key;
    }
    EXPECT_EQ(1u, door.answer());
}

}  // namespace
}  // namespace iocp4j
