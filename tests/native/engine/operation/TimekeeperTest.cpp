#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/WaitFor.h"
#include "engine/operation/Timekeeper.h"

namespace iocp4j {
namespace {

using test::waitFor;
using Clock = Timekeeper::Clock;

// Counts the looks, and requests the next one at the test's time.
struct Looking {
    std::atomic<int> looks{0};
    std::atomic<Clock::rep> next{Clock::time_point::max().time_since_epoch().count()};

    Clock::time_point operator()() {
        ++looks;
        return Clock::time_point{Clock::duration{next.exchange(Clock::time_point::max().time_since_epoch().count())}};
    }
    void askFor(Clock::time_point time) { next = time.time_since_epoch().count(); }
};

TEST(TimekeeperTest, HasNoThreadUntilItIsStarted) {
    Looking looking;
    {
        Timekeeper timekeeper{L"test", std::ref(looking)};
        timekeeper.wake();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    EXPECT_EQ(0, looking.looks.load());
}

TEST(TimekeeperTest, LooksOnceAndSleepsWhenThereIsNothing) {
    Looking looking;
    Timekeeper timekeeper{L"test", std::ref(looking)};
    ASSERT_TRUE(timekeeper.start());
    ASSERT_TRUE(waitFor([&] { return looking.looks == 1; }));
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    EXPECT_EQ(1, looking.looks.load());
}

TEST(TimekeeperTest, ConcurrentStartsStartOneThread) {
    std::mutex mutex;
    std::vector<std::thread::id> threads;
    Timekeeper timekeeper{L"test", [&] {
                              const std::lock_guard lock{mutex};
                              threads.push_back(std::this_thread::get_id());
                              return Clock::time_point::max();
                          }};
    test::concurrently(4, [&](unsigned) {
        EXPECT_TRUE(timekeeper.start());
        timekeeper.wake();
    });
    EXPECT_TRUE(waitFor([&] {
        const std::lock_guard lock{mutex};
        return !threads.empty();
    }));
    const std::lock_guard lock{mutex};
    for (const std::thread::id thread : threads) {
        EXPECT_EQ(threads.front(), thread);
        EXPECT_NE(std::this_thread::get_id(), thread);
    }
}

TEST(TimekeeperTest, IsStartedOnceHoweverCloselyTheyAsk) {
    for (int round = 0; round < 200; ++round) {
        Looking looking;
        Timekeeper timekeeper{L"test", std::ref(looking)};
        test::concurrently(3, [&](unsigned) { EXPECT_TRUE(timekeeper.start()); });
    }
}

TEST(TimekeeperTest, LooksAgainWhenItHasAskedFor) {
    Looking looking;
    const auto next = Clock::now() + std::chrono::milliseconds{30};
    looking.askFor(next);
    Timekeeper timekeeper{L"test", std::ref(looking)};
    ASSERT_TRUE(timekeeper.start());
    ASSERT_TRUE(waitFor([&] { return looking.looks == 2; }));
    EXPECT_GE(Clock::now(), next);
}

TEST(TimekeeperTest, LooksAtOnceWhenItIsWoken) {
    Looking looking;
    looking.askFor(Clock::now() + std::chrono::hours{1});
    Timekeeper timekeeper{L"test", std::ref(looking)};
    ASSERT_TRUE(timekeeper.start());
    ASSERT_TRUE(waitFor([&] { return looking.looks == 1; }));
    timekeeper.wake();
    EXPECT_TRUE(waitFor([&] { return looking.looks == 2; })) << "it sleeps for an hour";
    timekeeper.wake();
    EXPECT_TRUE(waitFor([&] { return looking.looks == 3; })) << "it sleeps for ever";
}

// A deadline that is set during a look may come too late for that look.
TEST(TimekeeperTest, DoesNotSleepThroughAWakeThatComesWhileItLooks) {
    std::atomic<int> looks{0};
    std::atomic<bool> inside{false};
    std::atomic<bool> leave{false};
    Timekeeper timekeeper{L"test", [&] {
                              if (++looks == 1) {
                                  inside = true;
                                  EXPECT_TRUE(waitFor([&] { return leave.load(); }));
                              }
                              return Clock::time_point::max();
                          }};
    ASSERT_TRUE(timekeeper.start());
    ASSERT_TRUE(waitFor([&] { return inside.load(); }));
    timekeeper.wake();
    leave = true;
    EXPECT_TRUE(waitFor([&] { return looks == 2; }));
}

TEST(TimekeeperTest, EndsInEveryState) {
    for (int round = 0; round < 200; ++round) {
        Looking looking;
        looking.askFor(Clock::now() + std::chrono::microseconds{round * 10});
        Timekeeper timekeeper{L"test", std::ref(looking)};
        ASSERT_TRUE(timekeeper.start());
        if (round % 2 == 0) {
            timekeeper.wake();
        }
    }
}

}  // namespace
}  // namespace iocp4j
