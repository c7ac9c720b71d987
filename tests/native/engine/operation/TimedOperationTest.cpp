#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint32_t kAborted = ERROR_OPERATION_ABORTED;
constexpr std::uint32_t kTimeout = ERROR_TIMEOUT;
constexpr milliseconds kSoon{20};

class TimedOperationTest : public ::testing::Test {
protected:
    // Gives deadlines that must not take effect the time to do so.
    static void letDeadlinesPass() { std::this_thread::sleep_for(2 * kSoon + 3 * Deadlines::kTick); }

    static bool abortsBeforeAndAfter(milliseconds inTime);

    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(TimedOperationTest, EndsOnceWithItsOwnCode) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request request;
    const auto begun = steady_clock::now();
    ASSERT_TRUE(read(device, 1, request, kSoon));
    EXPECT_EQ(kTimeout, recording_.waitForToken(1).status);
    EXPECT_GE(steady_clock::now() - begun, kSoon) << "early";
    EXPECT_EQ((std::vector<void*>{&request}), recording_.unpinned());
    letDeadlinesPass();
    EXPECT_EQ(1u, recording_.count());
    EXPECT_EQ(1u, port->snapshot().accepted);
    EXPECT_TRUE(waitFor([&] { return port->snapshot().completed == 1; }));
}

TEST_F(TimedOperationTest, FourCausesOfAnAbortHaveDifferentStatuses) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request timedOut;
    Request cancelled;
    Request closing;
    Request ofItself;
    ofItself.status = kStatusAborted;
    ASSERT_TRUE(read(device, 1, timedOut, kSoon));
    const auto id = read(device, 2, cancelled, hours{1});
    ASSERT_TRUE(id);
    ASSERT_TRUE(read(device, 3, closing, hours{1}));
    ASSERT_TRUE(read(device, 4, ofItself));
    EXPECT_TRUE(kernel_.complete(ofItself));
    EXPECT_EQ(kAborted, recording_.waitForToken(4).status);
    EXPECT_TRUE(cancel(device, *id));
    EXPECT_EQ(kAborted, recording_.waitForToken(2).status);
    EXPECT_EQ(kTimeout, recording_.waitForToken(1).status);
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(3).status);
    EXPECT_EQ(4u, recording_.count());
}

TEST_F(TimedOperationTest, ZeroIsATimeoutLikeAnyOther) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request pends;
    Request succeeds;
    succeeds.answer = Request::Answer::kSucceeds;
    succeeds.bytes = 3;
    ASSERT_TRUE(read(device, 1, pends, milliseconds{0}));
    ASSERT_TRUE(read(device, 2, succeeds, milliseconds{0}));
    EXPECT_EQ(kTimeout, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(2).status) << "an operation that is over is not cancelled";
    EXPECT_EQ(3u, recording_.waitForToken(2).bytes);
}

TEST_F(TimedOperationTest, LongestTimeoutDoesNotEndAtOnce) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request patient;
    Request hasty;
    ASSERT_TRUE(read(device, 1, patient, Operations::kForEver - milliseconds{1}));
    ASSERT_TRUE(read(device, 2, hasty, milliseconds{1}));
    EXPECT_EQ(kTimeout, recording_.waitForToken(2).status);
    letDeadlinesPass();
    EXPECT_TRUE(kernel_.complete(patient));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(TimedOperationTest, CancelledInTimeIsCancelled) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request request;
    const auto id = read(device, 1, request, kSoon);
    ASSERT_TRUE(id);
    ASSERT_TRUE(cancel(device, *id));
    EXPECT_EQ(kAborted, recording_.waitForToken(1).status);
    letDeadlinesPass();
    EXPECT_EQ(1u, recording_.count());
}

// The packet of the abort comes last. The first cause counts. Returns false if it took too long to know the order.
bool TimedOperationTest::abortsBeforeAndAfter(milliseconds inTime) {
    SimulatedKernel kernel;
    Recording recording;
    Turnstile turnstile;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(1)};
    const Device::Key device = pipe(port, kernel);
    EXPECT_TRUE(port->post(0, 0, 99));
    EXPECT_TRUE(turnstile.waitForWaiting(1)) << "the only worker is busy";
    Request cancelledInTime;
    Request cancelled;
    Request timedOut;
    Request last;
    const auto begun = steady_clock::now();
    const auto first = read(device, 1, cancelledInTime, inTime);
    const auto second = read(device, 2, cancelled);
    const auto third = read(device, 3, timedOut, milliseconds{1});
    if (!first || !second || !third || !read(device, 4, last, inTime + 3 * Deadlines::kTick)) {
        ADD_FAILURE() << "refused";
        turnstile.open();
        return true;
    }
    const bool cancelledFirst = cancel(device, *first);
    EXPECT_TRUE(cancel(device, *second));
    const bool certain = steady_clock::now() < begun + inTime;
    EXPECT_TRUE(waitFor([&] { return !kernel.isPending(last); })) << "all deadlines before have passed";
    EXPECT_FALSE(cancel(device, *third)) << "the operation is over";
    Device::close(device);
    turnstile.open();
    const auto statusOfFirst = recording.waitForToken(1).status;
    if (certain) {
        EXPECT_TRUE(cancelledFirst);
        EXPECT_EQ(kAborted, statusOfFirst);
    }
    EXPECT_EQ(kAborted, recording.waitForToken(2).status);
    EXPECT_EQ(kTimeout, recording.waitForToken(3).status);
    EXPECT_EQ(kTimeout, recording.waitForToken(4).status);
    EXPECT_FALSE(turnstile.gaveUp());
    return certain;
}

TEST_F(TimedOperationTest, FirstCauseDeterminesTheStatus) {
    milliseconds inTime{100};
    while (!abortsBeforeAndAfter(inTime)) {
        inTime *= 2;
    }
}

TEST_F(TimedOperationTest, DeviceThatDoesNotCancelDecidesForItself) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request ignores;
    ignores.cancel = Request::Cancel::kIgnores;
    ignores.bytes = 5;
    Request tooLate;
    tooLate.cancel = Request::Cancel::kTooLate;
    tooLate.status = kStatusBroken;
    Request hesitates;
    hesitates.cancel = Request::Cancel::kHesitates;
    ASSERT_TRUE(read(device, 1, ignores, kSoon));
    ASSERT_TRUE(read(device, 2, tooLate, kSoon));
    ASSERT_TRUE(read(device, 3, hesitates, kSoon));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(2).status);
    ASSERT_TRUE(waitFor([&] { return kernel_.counters.cancelsIgnored == 1 && kernel_.counters.cancelsHesitant == 1; }));
    letDeadlinesPass();
    EXPECT_EQ(1u, recording_.count());
    EXPECT_EQ(1u, kernel_.counters.cancelsIgnored) << "only once";
    kernel_.completeAll();
    EXPECT_EQ(0u, recording_.waitForToken(1).status) << "it has succeeded";
    EXPECT_EQ(5u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(kTimeout, recording_.waitForToken(3).status);
}

TEST_F(TimedOperationTest, CancelThatHasFoundNothingIsNotTheCause) {
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request timed;
    Request asked;
    timed.cancel = asked.cancel = Request::Cancel::kIgnores;
    ASSERT_TRUE(read(device, 1, timed, milliseconds{1}));
    const auto id = read(device, 2, asked);
    ASSERT_TRUE(id);
    EXPECT_FALSE(cancel(device, *id));
    ASSERT_TRUE(waitFor([&] { return kernel_.counters.cancelsIgnored == 2; }));
    letDeadlinesPass();
    timed.cancel = asked.cancel = Request::Cancel::kObeys;
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
}

// The starting thread must cancel it, because no other thread may touch the operation yet.
TEST_F(TimedOperationTest, DeadlineThatPassesBeforeTheCallReturns) {
    Turnstile turnstile;
    TestPort port{recording_};
    const Device::Key device = HeldUpPipe::add(port, kernel_, turnstile);
    Request pends;
    Request over;
    over.answer = Request::Answer::kSucceeds;
    over.bytes = 9;
    concurrently(3, [&](unsigned thread) {
        if (thread == 2) {
            EXPECT_TRUE(turnstile.waitForWaiting(2));
            letDeadlinesPass();
            EXPECT_TRUE(kernel_.isPending(pends)) << "another thread has touched an operation that is being started";
            EXPECT_EQ(0u, recording_.count());
            turnstile.open();
        } else {
            EXPECT_TRUE(read(device, thread, thread == 0 ? pends : over, milliseconds{1}));
        }
    });
    EXPECT_EQ(kTimeout, recording_.waitForToken(0).status);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(9u, recording_.waitForToken(1).bytes);
    EXPECT_FALSE(turnstile.gaveUp());
}

TEST_F(TimedOperationTest, DeadlineOfAnEndedOperationDoesNotAffectTheNextInItsSlot) {
    TestPort port{recording_, portSettings(1, 1)};
    const Device::Key device = pipe(port, kernel_);
    Request first;
    Request second;
    ASSERT_TRUE(read(device, 1, first, kSoon));
    ASSERT_TRUE(kernel_.complete(first));
    ASSERT_EQ(0u, recording_.waitForToken(1).status);
    ASSERT_TRUE(port.waitUntilIdle());
    ASSERT_TRUE(read(device, 2, second));
    letDeadlinesPass();
    EXPECT_EQ(1u, recording_.count());
    EXPECT_TRUE(kernel_.isPending(second));
    EXPECT_TRUE(kernel_.complete(second));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
}

TEST_F(TimedOperationTest, SlotOfATimedOutOperationIsReusable) {
    TestPort port{recording_, portSettings(1, 1)};
    const Device::Key device = pipe(port, kernel_);
    OperationId last = 0;
    for (std::uint64_t token = 1; token <= 10; ++token) {
        Request request;
        const auto id = read(device, token, request, token % 2 == 0 ? hours{1} : milliseconds{1});
        ASSERT_TRUE(id);
        EXPECT_NE(last, *id);
        EXPECT_FALSE(cancel(device, last)) << "the previous operation in the same slot";
        if (token % 2 == 0) {
            EXPECT_TRUE(kernel_.complete(request));
        }
        EXPECT_EQ(token % 2 == 0 ? 0u : kTimeout, recording_.waitForToken(token).status);
        ASSERT_TRUE(port.waitUntilIdle());
        last = *id;
    }
}

// A series of operations in one slot end in time, most of them before the timekeeper looks.
TEST_F(TimedOperationTest, StaleDeadlinesAreHarmless) {
    constexpr std::uint64_t kLast = 1'000;
    std::unique_ptr<Request[]> requests{new Request[kLast + 1]};
    Device::Key device = 0;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        const std::uint64_t next = records.back().token + 1;
        if (next <= kLast) {
            EXPECT_TRUE(read(device, next, requests[next], milliseconds{next % 25}));
        }
    };
    for (std::uint64_t i = 0; i <= kLast; ++i) {
        requests[i].answer = i % 3 == 0 ? Request::Answer::kOvertakes : Request::Answer::kSucceeds;
    }
    TestPort port{recording_, portSettings(1, 1)};
    device = pipe(port, kernel_);
    ASSERT_TRUE(read(device, 0, requests[0], milliseconds{5}));
    ASSERT_TRUE(recording_.waitForCount(kLast + 1));
    for (const CompletionRecord& record : recording_.records()) {
        ASSERT_EQ(0u, record.status);
    }
}

TEST_F(TimedOperationTest, DeadlineThatRacesTheCompletionEndsTheOperationOnce) {
    constexpr std::size_t kOperations = 2'000;
    std::unique_ptr<Request[]> requests{new Request[kOperations]};
    TestPort port{recording_, portSettings(3, kOperations)};
    const Device::Key device = pipe(port, kernel_);
    std::atomic<std::size_t> submitted{0};
    concurrently(2, [&](unsigned thread) {
        std::mt19937 random{thread};
        if (thread == 0) {
            for (std::size_t i = 0; i < kOperations; ++i) {
                EXPECT_TRUE(read(device, i, requests[i], milliseconds{random() % 15}));
                submitted = i + 1;
            }
            return;
        }
        while (submitted < kOperations || kernel_.pending() > 0) {
            (void)kernel_.completeOne(random());
            std::this_thread::sleep_for(std::chrono::microseconds{random() % 30});
        }
    });
    ASSERT_TRUE(recording_.waitForCount(kOperations));
    std::vector<int> ends(kOperations);
    std::size_t timeouts = 0;
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_TRUE(record.status == 0 || record.status == kTimeout) << record.status;
        timeouts += record.status == kTimeout;
        ++ends[record.token];
    }
    EXPECT_EQ(std::vector<int>(kOperations, 1), ends);
    EXPECT_TRUE(port.waitUntilIdle());
    RecordProperty("timeouts", static_cast<int>(timeouts));
}

TEST_F(TimedOperationTest, TenThousandDeadlinesNeedOneThread) {
    constexpr std::size_t kOperations = 10'000;
    std::unique_ptr<Request[]> requests{new Request[kOperations]};
    TestPort port{recording_, portSettings(2, kOperations)};
    const Device::Key device = pipe(port, kernel_);
    for (std::size_t i = 0; i < kOperations; ++i) {
        // Long enough, so that all are in flight together.
        ASSERT_TRUE(read(device, i, requests[i], hours{1} + milliseconds{i}));
    }
    EXPECT_EQ(kOperations, port->snapshot().operationsInFlight);
    EXPECT_EQ(0u, recording_.count());
    kernel_.completeAll();
    ASSERT_TRUE(recording_.waitForCount(kOperations));
    ASSERT_TRUE(port.waitUntilIdle());
    for (std::size_t i = 0; i < kOperations; ++i) {
        ASSERT_TRUE(read(device, kOperations + i, requests[i], milliseconds{i / 50}));
    }
    ASSERT_TRUE(recording_.waitForCount(2 * kOperations));
    std::vector<int> ends(2 * kOperations);
    for (const CompletionRecord& record : recording_.records()) {
        ++ends[record.token];
        ASSERT_EQ(record.token < kOperations ? 0u : kTimeout, record.status);
    }
    EXPECT_EQ(std::vector<int>(2 * kOperations, 1), ends);
    // This thread may cancel an operation on release if its deadline has passed.
    auto cancellers = kernel_.cancellers();
    cancellers.erase(std::this_thread::get_id());
    EXPECT_EQ(1u, cancellers.size());
}

TEST_F(TimedOperationTest, RefusedOperationLeavesNoDeadlineBehind) {
    Request request;
    Request refused;
    TestPort port{recording_, portSettings(1, 1)};
    const Device::Key device = pipe(port, kernel_);
    ASSERT_TRUE(read(device, 1, request));
    EXPECT_EQ(code(EngineError::kOperationLimit), read(device, 2, refused, milliseconds{1}).error());
    letDeadlinesPass();
    EXPECT_TRUE(kernel_.isPending(request));
    EXPECT_TRUE(kernel_.cancellers().empty());
    EXPECT_TRUE(recording_.unpinned().empty());
}

TEST_F(TimedOperationTest, PortEndsLongBeforeItsDeadlines) {
    std::unique_ptr<Request[]> requests{new Request[100]};
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    for (std::uint64_t token = 0; token < 100; ++token) {
        ASSERT_TRUE(read(device, token, requests[token], token % 2 == 0 ? milliseconds{hours{1}} : milliseconds{3}));
    }
    port.end();
    EXPECT_EQ(100u, recording_.count());
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_TRUE(record.status == kHandlesClosed || (record.token % 2 == 1 && record.status == kTimeout));
    }
    EXPECT_EQ(0, kernel_.violations.load());
}

}  // namespace
}  // namespace iocp4j
