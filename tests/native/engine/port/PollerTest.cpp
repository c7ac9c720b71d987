#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/Simulation.h"
#include "engine/operation/InlineBudget.h"
#include "engine/port/Poller.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr DWORD kForEver = INFINITE;

CompletionPort::Settings polled() {
    CompletionPort::Settings settings = portSettings();
    settings.polled = true;
    return settings;
}

// A port without workers and its poller, on a kernel that behaves as each request says.
class PollerTest : public ::testing::Test {
protected:
    PollerTest() : port_(Share<CompletionPort>{*CompletionPort::open(polled(), recording_.sink())}.detach()) {
        key_ = port_->key();
        poller_ = open();
    }

    ~PollerTest() override {
        close();
        while (Poller::poll(poller_, 1)) {
            Poller::delivered(poller_);
        }
        EXPECT_TRUE(ended()) << "a port ends with or without a poll";
        Poller::close(poller_);
        EXPECT_EQ(0, recording_.violations);
        EXPECT_EQ(0, kernel_.violations);
    }

    Poller::Key open() const {
        const auto opened = Poller::open(*port_);
        EXPECT_EQ(0u, opened.error());
        return *opened;
    }

    // The tokens of the polled completions.
    std::vector<std::uint64_t> poll(DWORD milliseconds, Poller::Key poller) const {
        const auto count = Poller::poll(poller, milliseconds);
        EXPECT_EQ(0u, count.error());
        std::vector<std::uint64_t> tokens;
        if (count->count > 0) {
            for (const CompletionRecord& record : Share<Poller> { poller } -> memory().first(count->count)) {
                tokens.push_back(record.token);
            }
            Poller::delivered(poller);
        }
        return tokens;
    }
    std::vector<std::uint64_t> poll(DWORD milliseconds = kForEver) const { return poll(milliseconds, poller_); }

    void post(std::uint64_t token) const { ASSERT_EQ(0u, port_->post(0, 0, token).error()); }

    // Ends the test's own share, once.
    void close() {
        if (port_ != nullptr) {
            CompletionPort::close(key_);
            Share<CompletionPort>::end(std::exchange(port_, nullptr));
        }
    }

    bool ended() const { return CompletionPort::awaitClosed(key_, deadline()); }

    Device::Key addPipe() { return *test::addPipe(*port_, kernel_); }

    SimulatedKernel kernel_{std::chrono::milliseconds{10}};
    Recording recording_;
    CompletionPort* port_;
    CompletionPort::Key key_ = 0;
    Poller::Key poller_ = 0;
};

TEST_F(PollerTest, BringsWhatHasCome) {
    EXPECT_TRUE(poll(0).empty());
    post(1);
    post(2);
    EXPECT_EQ((std::vector<std::uint64_t>{1, 2}), poll());
    EXPECT_TRUE(poll(0).empty());
    EXPECT_TRUE(poll(1).empty()) << "a short wait times out";
    EXPECT_EQ(0u, recording_.count()) << "the sink is not called";
}

TEST_F(PollerTest, WaitsForWhatIsToCome) {
    const Device::Key device = addPipe();
    Request request;
    ASSERT_TRUE(read(device, 7, request));
    std::thread later{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        kernel_.completeAll();
    }};
    EXPECT_EQ((std::vector<std::uint64_t>{7}), poll());
    later.join();
    EXPECT_EQ((std::vector<void*>{&request}), recording_.unpinned());
    EXPECT_EQ(1u, port_->snapshot().completed);
}

TEST_F(PollerTest, TakesNoMoreThanABatchHolds) {
    for (std::uint64_t token = 0; token < 40; ++token) {
        post(token);
    }
    std::vector<std::uint64_t> all;
    for (std::vector<std::uint64_t> batch = poll(0); !batch.empty(); batch = poll(0)) {
        EXPECT_LE(batch.size(), std::size_t{polled().batch});
        all.insert(all.end(), batch.begin(), batch.end());
    }
    ASSERT_EQ(40u, all.size());
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end())) << "the queue is first in, first out";
}

TEST_F(PollerTest, DeviceIsThereUntilItsCompletionHasBeenSeen) {
    const Device::Key device = addPipe();
    Request request;
    request.answer = Request::Answer::kSucceeds;
    ASSERT_TRUE(read(device, 1, request));
    ASSERT_EQ(1u, Poller::poll(poller_, kForEver)->count);
    Device::close(device);
    EXPECT_FALSE(recording_.isClosed(device));
    Poller::delivered(poller_);
    EXPECT_TRUE(recording_.isClosed(device));
}

TEST_F(PollerTest, WakeUpEndsTheWaitThatIsOrTheNext) {
    port_->wake();
    port_->wake();
    EXPECT_TRUE(poll().empty()) << "the wake-up comes before the wait";
    EXPECT_TRUE(poll(0).empty()) << "two wake-ups count as one";
    std::thread later{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        port_->wake();
    }};
    EXPECT_TRUE(poll().empty());
    later.join();
    EXPECT_EQ(0u, port_->snapshot().foreignPackets);
}

TEST_F(PollerTest, WakeUpThatCannotBePostedIsMadeGood) {
    kernel_.weather.failingPosts = 1000;
    port_->wake();
    kernel_.weather.failingPosts = 0;
    EXPECT_TRUE(poll().empty());
    port_->wake();
    EXPECT_TRUE(poll().empty()) << "the next wake-up works";
}

TEST_F(PollerTest, ForgedPacketsDoNotWakeIt) {
    kernel_.forge(3, nullptr);
    EXPECT_TRUE(poll(1).empty());
    EXPECT_EQ(1u, port_->snapshot().foreignPackets);
}

TEST_F(PollerTest, OperationThatCouldNotBePostedIsDelivered) {
    const Device::Key device = addPipe();
    Request request;
    request.answer = Request::Answer::kFails;
    kernel_.weather.failingPosts = 1000;
    ASSERT_TRUE(read(device, 5, request));
    EXPECT_EQ((std::vector<std::uint64_t>{5}), poll());
    kernel_.weather.failingPosts = 0;
}

TEST_F(PollerTest, OneThreadAtATime) {
    post(1);
    ASSERT_EQ(1u, Poller::poll(poller_, kForEver)->count);
    EXPECT_EQ(code(EngineError::kPollerBusy), Poller::poll(poller_, 0).error()) << "the batch is still in use";
    Poller::delivered(poller_);
    Poller::delivered(poller_);
    EXPECT_EQ(0u, Poller::poll(poller_, 0).error());
}

TEST_F(PollerTest, ClosedOneIsRefusedAndItsSlotUsedAgain) {
    const Poller::Key other = open();
    EXPECT_EQ(2u, port_->snapshot().drains.size());
    Poller::close(other);
    Poller::close(other);
    EXPECT_EQ(code(EngineError::kPollerClosed), Poller::poll(other, 0).error());
    const Poller::Key third = open();
    EXPECT_NE(other, third);
    EXPECT_EQ(2u, port_->snapshot().drains.size());
    post(1);
    EXPECT_EQ(1u, poll(kForEver, third).size());
    Poller::close(third);
}

TEST_F(PollerTest, CloseDuringADeliveryWaitsForItsEnd) {
    post(1);
    ASSERT_EQ(1u, Poller::poll(poller_, kForEver)->count);
    Poller::close(poller_);
    EXPECT_EQ(
        1u, Share<Poller> { poller_ } -> memory()[0].token);
    Poller::delivered(poller_);
    EXPECT_EQ(code(EngineError::kPollerClosed), Poller::poll(poller_, 0).error());
}

TEST_F(PollerTest, ClosingPortIsDrainedToItsEnd) {
    const Device::Key device = addPipe();
    Request request;
    ASSERT_TRUE(read(device, 9, request));
    post(8);
    close();
    EXPECT_FALSE(CompletionPort::awaitClosed(key_, std::chrono::steady_clock::now())) << "two completions are missing";
    std::vector<std::uint64_t> all;
    auto count = Poller::poll(poller_, kForEver);
    for (; count && count->count > 0; count = Poller::poll(poller_, kForEver)) {
        for (const CompletionRecord& record : Share<Poller> { poller_ } -> memory().first(count->count)) {
            all.push_back(record.token);
        }
        Poller::delivered(poller_);
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ((std::vector<std::uint64_t>{8, 9}), all);
    EXPECT_EQ(code(EngineError::kPortClosed), Poller::poll(poller_, 0).error());
    EXPECT_TRUE(ended());
}

TEST_F(PollerTest, EndOfThePortEndsEveryWait) {
    const Device::Key device = addPipe();
    std::vector<Poller::Key> pollers;
    for (int i = 0; i < 3; ++i) {
        pollers.push_back(open());
    }
    std::atomic<int> done{0};
    {
        std::vector<std::jthread> threads;
        for (const Poller::Key poller : pollers) {
            threads.emplace_back([&, poller] {
                while (Poller::poll(poller, kForEver)) {
                    Poller::delivered(poller);
                }
                ++done;
            });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        Device::close(device);
        close();
        EXPECT_TRUE(ended());
    }
    EXPECT_EQ(3, done);
    for (const Poller::Key poller : pollers) {
        Poller::close(poller);
    }
}

TEST_F(PollerTest, ManyThreadsShareAPort) {
    constexpr std::uint64_t kPosts = 2000;
    std::vector<std::atomic<int>> seen(kPosts);
    std::atomic<std::uint64_t> total{0};
    std::vector<Poller::Key> pollers{poller_, open(), open()};
    concurrently(4, [&](unsigned thread) {
        if (thread == pollers.size()) {
            for (std::uint64_t token = 0; token < kPosts;) {
                // A full slab is normal, because polling threads free slots.
                token += port_->post(0, 0, token) ? 1u : 0u;
            }
            return;
        }
        while (total < kPosts) {
            for (const std::uint64_t token : poll(kForEver, pollers[thread])) {
                ++seen[token];
                ++total;
            }
            port_->wake();
        }
    });
    for (const auto& times : seen) {
        EXPECT_EQ(1, times);
    }
    for (const Poller::Key poller : pollers) {
        Poller::close(poller);
    }
}

TEST_F(PollerTest, InlineBudgetHoldsInTheListenerOnly) {
    const Device::Key device = addPipe();
    {
        const Share<Device> share{device};
        ASSERT_EQ(0u, share->completeInline());
    }
    Request request;
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 1;
    const auto inARow = [&] {
        int times = 0;
        while (times < 1000 && isInline(*read(device, 1, request))) {
            ++times;
        }
        return times;
    };
    post(1);
    ASSERT_EQ(1u, Poller::poll(poller_, kForEver)->count);
    const int limited = inARow();
    EXPECT_GE(limited, 2);
    EXPECT_LE(limited, static_cast<int>(InlineBudget::kMost));
    Poller::delivered(poller_);
    EXPECT_EQ(1000, inARow());
    EXPECT_EQ(1u, poll().size()) << "the operation that went through the port";
    post(2);
    ASSERT_EQ(1u, Poller::poll(poller_, kForEver, false, false)->count);
    EXPECT_EQ(1000, inARow()) << "another thread delivers";
    Poller::delivered(poller_);
}

TEST_F(PollerTest, SnapshotShowsTheActivityOfItsThread) {
    EXPECT_EQ(Drain::Activity::kAway, port_->snapshot().drains.at(0).activity);
    post(1);
    ASSERT_EQ(1u, Poller::poll(poller_, kForEver)->count);
    EXPECT_EQ(Drain::Activity::kListener, port_->snapshot().drains.at(0).activity);
    Poller::delivered(poller_);
    std::jthread waiting{[&] { (void)poll(); }};
    EXPECT_TRUE(waitFor([&] { return port_->snapshot().drains.at(0).activity == Drain::Activity::kWaiting; }));
    port_->wake();
}

TEST(PolledPortTest, OnlyAPortWithoutWorkersIsPolled) {
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(code(EngineError::kHasWorkers), Poller::open(*port).error());
    port->wake();
    EXPECT_EQ(code(EngineError::kPollerClosed), Poller::poll(port.key(), 0).error()) << "the key of a port";
}

}  // namespace
}  // namespace iocp4j
