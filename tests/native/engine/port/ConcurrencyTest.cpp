// How many workers wait for packets and run at a time, on a system that keeps the concurrency value and on one that
// does not.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "../../fixtures/SimulatedKernel.h"
#include "../../fixtures/Simulation.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::uint32_t kWorkers = 5;

CompletionPort::Settings settings(std::uint32_t concurrency, bool ignored) {
    CompletionPort::Settings settings = portSettings(kWorkers);
    settings.concurrency = concurrency;
    settings.batch = 1;
    settings.quirks.concurrencyIgnored = ignored;
    return settings;
}

// Its reads are over at once, and queue a packet.
class BusySocket : public Device {
public:
    explicit BusySocket(CompletionPort& port) : Device(port, L"busy socket", win32::Handle{}) {}

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kStreamSocket};
        return kTraits;
    }

    Started read(Operation&, void*, std::uint32_t length) noexcept override {
        return Started::over(ERROR_SUCCESS, length);
    }
};

class ConcurrencyTest : public ::testing::Test {
protected:
    static constexpr std::uint64_t kNudge = 1'000'000;

    // Posts packets meanwhile, because a worker that counts as blocked may only be slow, and then waits for one more.
    bool waitForWaiting(const TestPort& port, unsigned count) const {
        return waitFor([&] { return kernel_.waiting() == count || (port->post(0, 0, kNudge) && false); });
    }

    void postAndAwait(const TestPort& port, std::uint64_t token) {
        ASSERT_TRUE(port->post(0, 0, token));
        ASSERT_EQ(0u, recording_.waitForToken(token).status);
    }

    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(ConcurrencyTest, OthersRest) {
    TestPort port{recording_, settings(2, true)};
    EXPECT_TRUE(waitForWaiting(port, 2));
    for (std::uint64_t token = 0; token < 500; ++token) {
        postAndAwait(port, token);
    }
    EXPECT_TRUE(waitForWaiting(port, 2));
    const auto drains = port->snapshot().drains;
    EXPECT_EQ(kWorkers,
              std::count_if(drains.begin(), drains.end(),
                            [](const Drain::Current& drain) { return drain.activity == Drain::Activity::kWaiting; }))
        << "one that rests is idle, too";
}

TEST_F(ConcurrencyTest, AllWaitWhereTheSystemKeepsTheValue) {
    const TestPort port{recording_, settings(2, false)};
    EXPECT_TRUE(waitForWaiting(port, kWorkers));
}

TEST_F(ConcurrencyTest, NoneRestsIfTheValueIsThatOfTheWorkers) {
    const TestPort port{recording_, settings(kWorkers, true)};
    EXPECT_TRUE(waitForWaiting(port, kWorkers));
}

TEST_F(ConcurrencyTest, OneThatBlocksIsReplacedUntilItReturns) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token < kWorkers - 1) {
            turnstile.pass();
        }
    };
    TestPort port{recording_, settings(1, true)};
    for (unsigned blocked = 0; blocked < kWorkers - 1; ++blocked) {
        EXPECT_TRUE(waitForWaiting(port, 1)) << "although so many block: " << blocked;
        ASSERT_TRUE(port->post(0, 0, blocked));
        ASSERT_TRUE(turnstile.waitForWaiting(blocked + 1));
    }
    for (std::uint64_t token = kWorkers; token < 100; ++token) {
        postAndAwait(port, token);
    }
    turnstile.open();
    EXPECT_TRUE(waitForWaiting(port, 1)) << "those that come back rest";
    EXPECT_FALSE(turnstile.gaveUp());
}

// Each listener ends long before it would be taken as blocked.
TEST_F(ConcurrencyTest, SlowListenersAreReplacedWhileTheyRun) {
    constexpr std::chrono::milliseconds kSlow{3};
    std::atomic<int> replaced{0};
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord>) {
        const auto end = std::chrono::steady_clock::now() + kSlow;
        while (kernel_.waiting() == 0 && std::chrono::steady_clock::now() < end) {
            std::this_thread::yield();
        }
        replaced += kernel_.waiting() > 0;
        while (std::chrono::steady_clock::now() < end) {
        }
    };
    TestPort port{recording_, settings(1, true)};
    for (std::uint64_t token = 0; token < 50; ++token) {
        postAndAwait(port, token);
    }
    EXPECT_GT(replaced, 0);
}

class SlowListenerTest : public ConcurrencyTest {
protected:
    enum Token : std::uint64_t { kGate, kSlow, kQuick, kInline, kTokens };
    static constexpr std::uint32_t kRoom = 16;

    SlowListenerTest() {
        recording_.onDelivery = [this](unsigned, std::span<const CompletionRecord> records) {
            const std::uint64_t token = records.front().token;
            if (token == kGate) {
                gates_->pass();
                return;
            }
            std::size_t& largest = largest_.at(token);
            {
                const std::lock_guard lock{mutex_};
                largest = std::max(largest, records.size());
            }
            if (token == kInline) {
                completeInline();
            }
            if (token != kQuick) {
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            }
        };
    }

    static CompletionPort::Settings settingsFor(std::uint32_t workers) {
        CompletionPort::Settings settings = portSettings(workers);
        settings.batch = kRoom;
        settings.operations = 1'000;
        return settings;
    }

    // Delivers so many packets that are queued before the first of them is taken.
    void deliver(const TestPort& port, std::uint32_t workers, unsigned packets, std::vector<Token> tokens) {
        gates_ = std::make_unique<Turnstile>();
        const std::size_t before = recording_.count();
        for (unsigned blocked = 1; blocked <= workers; ++blocked) {
            ASSERT_TRUE(port->post(0, 0, kGate));
            ASSERT_TRUE(gates_->waitForWaiting(blocked));
        }
        for (unsigned i = 0; i < packets; ++i) {
            ASSERT_TRUE(port->post(0, 0, tokens[i % tokens.size()]));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});  // the delivery to the last gate is slow, too
        gates_->open();
        ASSERT_TRUE(waitFor([&] { return recording_.count() >= before + workers + packets; }));
        ASSERT_FALSE(gates_->gaveUp());
    }

    // The first slow deliveries may be large.
    void becomeSlow(const TestPort& port) {
        deliver(port, kWorkers, 100, {kSlow});
        largest_[kSlow] = 0;
    }

    void completeInline() {
        for (int operation = 0; operation < 20; ++operation) {
            const auto started = read(inlineDevice_, kQuick, request_);
            if (!started || !isInline(*started)) {
                break;
            }
        }
    }

    std::unique_ptr<Turnstile> gates_;
    Device::Key inlineDevice_ = 0;
    Request request_;
    std::mutex mutex_;
    std::array<std::size_t, kTokens> largest_{};  // batches that begin with each token
};

TEST_F(SlowListenerTest, WorkersTakeOneAtATimeWhileItIsSlow) {
    const TestPort port{recording_, settingsFor(kWorkers)};
    becomeSlow(port);
    deliver(port, kWorkers, 100, {kSlow});
    EXPECT_EQ(1u, largest_[kSlow]);
    deliver(port, kWorkers, 500, {kQuick});
    EXPECT_LT(1u, largest_[kQuick]) << "they take batches again when it is quick";
}

TEST_F(SlowListenerTest, IsSlowAlsoIfEverySecondDeliveryIsQuick) {
    const TestPort port{recording_, settingsFor(kWorkers)};
    becomeSlow(port);
    deliver(port, kWorkers, 200, {kSlow, kQuick});
    EXPECT_EQ(1u, largest_[kSlow]);
    EXPECT_EQ(1u, largest_[kQuick]);
}

TEST_F(SlowListenerTest, IsNotSlowIfManyOperationsCompleteInlineMeanwhile) {
    TestPort port{recording_, settingsFor(kWorkers)};
    request_.answer = Request::Answer::kSucceeds;
    request_.bytes = 1;
    inlineDevice_ = pipe(port, kernel_);
    ASSERT_EQ(
        0u, Share<Device> { inlineDevice_ } -> completeInline());
    becomeSlow(port);
    deliver(port, kWorkers, 200, {kInline});
    EXPECT_LT(1u, largest_[kInline]);
}

TEST_F(SlowListenerTest, TheOnlyWorkerTakesBatches) {
    const TestPort port{recording_, settingsFor(1)};
    deliver(port, 1, 2 * kRoom, {kSlow});
    EXPECT_EQ(kRoom, largest_[kSlow]);
}

class ManySocketsTest : public ConcurrencyTest, public ::testing::WithParamInterface<std::uint32_t> {};

TEST_P(ManySocketsTest, AllRunWhileTheyAreBusy) {
    constexpr std::uint32_t kMany = 32;
    constexpr std::uint64_t kBurst = 1;
    CompletionPort::Settings many = settings(1, true);
    many.batch = GetParam();
    many.operations = 100 * kMany;
    TestPort port{recording_, many};
    const auto socket = port->add(std::make_unique<BusySocket>(*port));
    ASSERT_TRUE(socket);
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        // The only worker that runs is here. Therefore the packets that it queues form a batch.
        for (std::uint32_t i = 0; records.front().token == kBurst && i < kMany; ++i) {
            EXPECT_TRUE(port.read(*socket, 0, nullptr, 1));
        }
    };
    EXPECT_TRUE(waitForWaiting(port, 1)) << "no socket is busy yet";
    EXPECT_TRUE(waitFor([&] {
        return kernel_.waiting() == kWorkers ||
               (port->operations().inFlight() == 0 && port->post(0, 0, kBurst) && false);
    }));
    EXPECT_TRUE(waitForWaiting(port, 1)) << "small batches let them rest again";
}

INSTANTIATE_TEST_SUITE_P(Batch, ManySocketsTest, ::testing::Values(160, 28, 16));

TEST_F(ConcurrencyTest, BlockedOnesLeaveOneAfterTheOtherOnceTheyReturn) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord>) { turnstile.pass(); };
    TestPort port{recording_, settings(1, true)};
    for (unsigned token = 0; token < kWorkers; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    EXPECT_TRUE(turnstile.waitForWaiting(kWorkers)) << "a listener may wait for the next completion";
    port.close();
    turnstile.open();
    port.end();
    EXPECT_EQ(kWorkers, recording_.count());
    EXPECT_FALSE(turnstile.gaveUp());
}

TEST_F(ConcurrencyTest, PortEndsWhileOthersRest) {
    for (int round = 0; round < 50; ++round) {
        Recording recording;
        TestPort port{recording, settings(1, true)};
        ASSERT_TRUE(port->post(0, 0, 1));
        port.end();
        ASSERT_EQ(1u, recording.count());
    }
}

}  // namespace
}  // namespace iocp4j
