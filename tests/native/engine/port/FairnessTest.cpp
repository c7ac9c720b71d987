#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;

// The operations of a greedy device are over at once, and its listener starts the next one each time. The test measures
// how long one operation of a modest device waits.
class FairnessTest : public ::testing::Test {
protected:
    static constexpr std::uint64_t kModest = 1;
    static constexpr std::uint64_t kGreedy = 2;
    static constexpr std::size_t kGreedyOperations = 64;

    FairnessTest() {
        recording_.onDelivery = [this](unsigned, std::span<const CompletionRecord> records) {
            for (const CompletionRecord& record : records) {
                if (record.token == kGreedy) {
                    ++greedyEnds_;
                    start(record.key);
                } else if (record.token == kModest) {
                    greedyEndsBefore_ = greedyEnds_.load();
                    modestCame_ = true;
                }
            }
        };
    }

    // Starts the next operation of the greedy device. A request is never used twice at once, because there are more
    // requests than operations in flight.
    void start(Device::Key device) {
        if (!stop_) {
            (void)read(device, kGreedy, requests_[nextRequest_++ % (4 * kGreedyOperations)]);
        }
    }

    void expectModestSoon(CompletionPort::Settings settings, Request::Answer answer, unsigned failingPosts,
                          Request::Answer modestAnswer = Request::Answer::kPends) {
        TestPort port{recording_, settings};
        const Device::Key modest = pipe(port, kernel_);
        const Device::Key greedy = pipe(port, kernel_);
        for (std::size_t i = 0; i < 4 * kGreedyOperations; ++i) {
            requests_[i].answer = answer;
        }
        Request request;
        request.answer = modestAnswer;
        if (modestAnswer == Request::Answer::kPends) {
            ASSERT_TRUE(read(modest, kModest, request));
        }
        kernel_.weather.failingPosts = failingPosts;
        for (std::size_t i = 0; i < kGreedyOperations; ++i) {
            start(greedy);
        }
        ASSERT_TRUE(waitFor([&] { return greedyEnds_ > 4 * kGreedyOperations; }))
            << "the greedy device does not continue";
        if (modestAnswer == Request::Answer::kPends) {
            ASSERT_TRUE(kernel_.complete(request));
        } else {
            ASSERT_TRUE(read(modest, kModest, request));
        }
        // Read here, because this thread may have to wait.
        const std::uint64_t endsWhenCompleted = greedyEnds_;
        EXPECT_TRUE(waitFor([&] { return modestCame_.load(); })) << "it never completes";
        stop_ = true;
        // The operations of the greedy device that are ahead in the queue, and as many again for overlapping ones. With
        // several workers the one that has dequeued it may be suspended while the others continue.
        if (settings.workers == 1) {
            EXPECT_LE(greedyEndsBefore_, endsWhenCompleted + 4 * kGreedyOperations);
        }
        kernel_.weather.failingPosts = 0;
    }

    SimulatedKernel kernel_{std::chrono::milliseconds{10}};
    Recording recording_;
    std::unique_ptr<Request[]> requests_{new Request[4 * kGreedyOperations]};
    std::atomic<std::size_t> nextRequest_{0};
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> greedyEnds_{0};
    std::atomic<std::uint64_t> greedyEndsBefore_{0};
    std::atomic<bool> modestCame_{false};
};

TEST_F(FairnessTest, SuccessAtOnceForEverStarvesNoDevice) {
    expectModestSoon(portSettings(1), Request::Answer::kSucceeds, 0);
}

TEST_F(FairnessTest, SuccessAtOnceForEverStarvesNoDeviceUnderManyWorkers) {
    expectModestSoon(portSettings(4), Request::Answer::kSucceeds, 0);
}

TEST_F(FairnessTest, FailureAtOnceForEverStarvesNoDevice) {
    expectModestSoon(portSettings(1), Request::Answer::kFails, 0);
}

TEST_F(FairnessTest, FailureWhosePacketCannotBePostedStarvesNoDevice) {
    expectModestSoon(portSettings(1), Request::Answer::kFails, 1'000);
}

TEST_F(FairnessTest, NeitherDoesItWhereBatchesHaveOneRecord) {
    CompletionPort::Settings small = portSettings(1);
    small.batch = 1;
    expectModestSoon(small, Request::Answer::kFails, 1'000);
}

TEST_F(FairnessTest, ReportsThatCannotBePostedComeInTheirOrder) {
    expectModestSoon(portSettings(1), Request::Answer::kFails, 1'000, Request::Answer::kFails);
}

TEST_F(FairnessTest, OthersGetTheirBatchesWhileOneListenerBlocks) {
    constexpr std::uint64_t kBlocks = 7;
    Turnstile turnstile;
    Recording recording;
    std::atomic<unsigned> blocked{~0u};
    std::atomic<int> byTheBlocked{0};
    recording.onDelivery = [&](unsigned worker, std::span<const CompletionRecord> records) {
        byTheBlocked += worker == blocked;
        if (records.front().token == kBlocks) {
            blocked = worker;
            turnstile.pass();
            blocked = ~0u;
        }
    };
    TestPort port{recording, portSettings(3, 4'096)};
    ASSERT_TRUE(port->post(0, 0, kBlocks));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    for (std::uint64_t token = 1'000; token < 4'000; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    EXPECT_TRUE(recording.waitForCount(3'001)) << "all workers but the blocked one continue";
    EXPECT_EQ(0, byTheBlocked.load());
    turnstile.open();
    EXPECT_FALSE(turnstile.gaveUp());
}

// Other workers cannot take the packets of a blocked worker's batch. They must be few.
TEST_F(FairnessTest, BlockedListenerKeepsNoMoreThanItsShare) {
    constexpr std::uint64_t kPosts = 2'000;
    Turnstile first;
    Turnstile second;
    Recording recording;
    std::atomic<std::size_t> kept{0};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token < 2) {
            first.pass();
        } else if (kept == 0) {
            kept = records.size();
            second.pass();
        }
    };
    CompletionPort::Settings shared = portSettings(2, 4'096);
    shared.concurrency = 2;
    shared.batch = 64;
    TestPort port{recording, shared};
    // Both workers are busy until the queue is full.
    for (std::uint64_t token = 0; token < 2; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        if (!first.waitForWaiting(static_cast<unsigned>(token) + 1)) {
            break;
        }
    }
    for (std::uint64_t token = 2; token < kPosts; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    first.open();
    ASSERT_TRUE(second.waitForWaiting(1));
    EXPECT_TRUE(recording.waitForCount(kPosts)) << "the other worker handles the rest";
    EXPECT_LE(kept.load(), 32u);
    EXPECT_LE(recording.largestBatch.load(), 32u);
    second.open();
}

TEST_F(FairnessTest, ShareIsABatchDividedByThoseWhoMayRunAndWorthTheCall) {
    const struct {
        std::uint32_t workers;
        std::uint32_t concurrency;
        std::uint32_t batch;
        std::uint32_t share;
    } cases[] = {
        {2, 2, 64, 32}, {1, 4, 64, 64},  // only one can run
        {4, 2, 64, 32}, {4, 4, 16, 8},   // at least eight
        {2, 2, 3, 3},                    // but not more than the ceiling
        {1, 1, 0, 1},
    };
    for (const auto& [workers, concurrency, batch, share] : cases) {
        Turnstile turnstile;
        Recording recording;
        recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
        CompletionPort::Settings settings = portSettings(workers);
        settings.concurrency = concurrency;
        settings.batch = batch;
        TestPort port{recording, settings};
        for (unsigned worker = 1; worker <= workers; ++worker) {
            ASSERT_TRUE(port->post(0, 0, 0));
            ASSERT_TRUE(turnstile.waitForWaiting(worker));
        }
        for (int i = 0; i < 200; ++i) {
            ASSERT_TRUE(port->post(0, 0, 1));
        }
        turnstile.open();
        ASSERT_TRUE(recording.waitForCount(200 + workers));
        EXPECT_EQ(share, recording.largestBatch.load()) << workers << ' ' << concurrency << ' ' << batch;
        // The last batch is the largest only if batches have one record.
        ASSERT_TRUE(port->post(0, 0, 2));
        ASSERT_EQ(0u, recording.waitForToken(2).status);
        EXPECT_EQ(share, port->snapshot().largestBatch);
        EXPECT_EQ(recording.batches.load(), port.batchCount());
        EXPECT_EQ(201u + workers, port->snapshot().completions);
    }
}

// A worker that has seen many single packets requests one, but soon finds that more are queued.
TEST_F(FairnessTest, PileIsFoundHoweverManyPacketsHaveComeAlone) {
    constexpr std::uint64_t kBlocks = 7;
    constexpr std::size_t kPile = 256;
    for (std::size_t alone = 0; alone < 10; ++alone) {
        Turnstile turnstile;
        Recording recording;
        recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
            if (records.front().token == kBlocks) {
                turnstile.pass();
            }
        };
        CompletionPort::Settings settings = portSettings(1, kPile);
        settings.batch = kPile;
        TestPort port{recording, settings};
        for (std::size_t i = 1; i <= alone; ++i) {
            ASSERT_TRUE(port->post(0, 0, 0));
            ASSERT_TRUE(recording.waitForCount(i));
        }
        ASSERT_TRUE(port->post(0, 0, kBlocks));
        ASSERT_TRUE(turnstile.waitForWaiting(1));
        const std::uint64_t before = recording.batches;
        for (std::size_t i = 0; i < kPile; ++i) {
            ASSERT_TRUE(port->post(0, 0, 1));
        }
        turnstile.open();
        ASSERT_TRUE(recording.waitForCount(alone + 1 + kPile));
        EXPECT_LE(recording.batches - before, kPile / 64) << alone << " came alone";
    }
}

TEST_F(FairnessTest, OldestReportThatCouldNotBePostedComesFirst) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(1)};
    const Device::Key device = pipe(port, kernel_);
    ASSERT_TRUE(port->post(0, 0, 0));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    kernel_.weather.failingPosts = 1'000;
    Request request;
    request.answer = Request::Answer::kFails;
    for (std::uint64_t token = 1; token < 40; ++token) {
        ASSERT_TRUE(read(device, token, request));
    }
    turnstile.open();
    ASSERT_TRUE(recording.waitForCount(40));
    kernel_.weather.failingPosts = 0;
    for (std::uint64_t token = 0; token < 40; ++token) {
        EXPECT_EQ(token, recording.records()[token].token);
    }
}

// Deferred operations have waited already. Queued packets join their batch, but the worker does not wait for others.
TEST_F(FairnessTest, ReportsThatCouldNotBePostedDoNotWaitForPackets) {
    Recording recording;
    TestPort port{recording, portSettings(1)};
    Request request;
    request.answer = Request::Answer::kFails;
    kernel_.weather.failingPosts = 1'000;
    ASSERT_TRUE(read(pipe(port, kernel_), 1, request));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording.waitForToken(1).status);
    EXPECT_EQ(1u, kernel_.counters.hastyDequeues);
    kernel_.weather.failingPosts = 0;
}

TEST_F(FairnessTest, NoBatchIsLargerThanItsCeilingWhateverItIsMadeOf) {
    constexpr std::size_t kOperations = 500;
    std::unique_ptr<Request[]> requests{new Request[kOperations]};
    Recording recording;
    TestPort port{recording, portSettings(1, kOperations)};
    const Device::Key device = pipe(port, kernel_);
    kernel_.weather.failingPosts = 500;
    for (std::size_t i = 0; i < kOperations; ++i) {
        requests[i].answer = i % 2 == 0 ? Request::Answer::kFails : Request::Answer::kSucceeds;
        ASSERT_TRUE(read(device, i, requests[i]));
    }
    ASSERT_TRUE(recording.waitForCount(kOperations));
    EXPECT_LE(recording.largestBatch.load(), 16u);
}

}  // namespace
}  // namespace iocp4j
