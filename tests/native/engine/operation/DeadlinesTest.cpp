#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "engine/operation/Deadlines.h"

namespace iocp4j {
namespace {

using Clock = Deadlines::Clock;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct Thing : Deadlines::Entry {
    Clock::time_point due{};
    Clock::time_point found{};
    int finds = 0;
};

// A clock that the test controls, and the entries found at each time.
class DeadlinesTest : public ::testing::Test {
protected:
    bool set(Thing& thing, Clock::duration in) {
        thing.due = now_ + in;
        return deadlines_.set(thing, thing.due);
    }

    int look() {
        int finds = 0;
        next_ = deadlines_.look(now_, [&](Deadlines::Entry& entry) {
            auto& thing = static_cast<Thing&>(entry);
            EXPECT_FALSE(thing.armed());
            thing.found = now_;
            ++thing.finds;
            ++finds;
        });
        return finds;
    }

    // Sleeps from look to look like a timekeeper, and returns the number of entries found.
    int sleepUntil(Clock::time_point end) {
        int finds = 0;
        while (next_ <= end) {
            now_ = std::max(now_, next_);
            finds += look();
        }
        now_ = end;
        return finds;
    }

    void expectPunctual(const Thing& thing) const {
        EXPECT_EQ(1, thing.finds);
        EXPECT_GE(thing.found, thing.due) << "early";
        EXPECT_LE(thing.found, thing.due + Deadlines::kTick) << "late";
    }

    Deadlines deadlines_;
    Clock::time_point now_{hours{100} + microseconds{3'141}};
    Clock::time_point next_ = Clock::time_point::max();
};

TEST_F(DeadlinesTest, HasNothingToFindAtFirst) {
    EXPECT_EQ(0, look());
    EXPECT_EQ(Clock::time_point::max(), next_);
}

TEST_F(DeadlinesTest, FindsAnEntryOnceAndForgetsIt) {
    Thing thing;
    EXPECT_TRUE(set(thing, milliseconds{25})) << "an earlier look is needed";
    EXPECT_TRUE(thing.armed());
    next_ = now_;
    EXPECT_EQ(1, sleepUntil(now_ + hours{1}));
    expectPunctual(thing);
    EXPECT_EQ(Clock::time_point::max(), next_) << "no deadline is left";
}

TEST_F(DeadlinesTest, IsNeverEarlyAndAtMostATickLateWhateverTheFractions) {
    std::mt19937_64 random{1};
    next_ = now_;
    for (int i = 0; i < 5'000; ++i) {
        Thing thing;
        now_ += nanoseconds{random() % 30'000'000};
        (void)look();
        (void)set(thing, nanoseconds{random() % 40'000'000});
        next_ = now_;
        (void)sleepUntil(now_ + milliseconds{60});
        expectPunctual(thing);
        ASSERT_FALSE(HasFailure()) << "round " << i;
    }
}

TEST_F(DeadlinesTest, DoesNotFindWhatIsDueInAMoment) {
    Thing thing;
    (void)set(thing, milliseconds{10});
    now_ = thing.due - nanoseconds{1};
    EXPECT_EQ(0, look());
    now_ = thing.due + Deadlines::kTick;
    EXPECT_EQ(1, look());
}

TEST_F(DeadlinesTest, FindsWhatIsOverdueAlreadyAtTheNextTick) {
    (void)look();
    Thing now;
    Thing past;
    (void)set(now, milliseconds{0});
    (void)set(past, -hours{1});
    next_ = now_;
    EXPECT_EQ(2, sleepUntil(now_ + Deadlines::kTick));
}

TEST_F(DeadlinesTest, AsksForAnEarlierLookOnlyWhenOneIsNeeded) {
    Thing first;
    Thing later;
    Thing same;
    Thing earlier;
    EXPECT_TRUE(set(first, milliseconds{500}));
    EXPECT_FALSE(set(later, milliseconds{600}));
    EXPECT_FALSE(set(same, milliseconds{500}));
    EXPECT_TRUE(set(earlier, milliseconds{400}));
    deadlines_.remove(earlier);
    Thing again;
    EXPECT_FALSE(set(again, milliseconds{450})) << "the look at 400 ms is already requested";
}

TEST_F(DeadlinesTest, FindsThousandsEachInItsTime) {
    std::mt19937_64 random{2};
    std::vector<std::unique_ptr<Thing>> things;
    for (int i = 0; i < 20'000; ++i) {
        things.push_back(std::make_unique<Thing>());
        (void)set(*things.back(), microseconds{random() % 60'000'000});
    }
    next_ = now_;
    EXPECT_EQ(20'000, sleepUntil(now_ + hours{1}));
    for (const auto& thing : things) {
        expectPunctual(*thing);
    }
}

TEST_F(DeadlinesTest, FindsWhatIsDueInTheFarFuture) {
    Thing tomorrow;
    Thing nextYear;
    (void)set(tomorrow, hours{24});
    (void)set(nextYear, hours{365 * 24});
    next_ = now_;
    EXPECT_EQ(0, sleepUntil(tomorrow.due - nanoseconds{1}));
    EXPECT_EQ(1, sleepUntil(tomorrow.due + Deadlines::kTick));
    expectPunctual(tomorrow);
    now_ = next_ = nextYear.due;
    EXPECT_EQ(1, sleepUntil(nextYear.due + Deadlines::kTick));
    expectPunctual(nextYear);
}

// With distant deadlines only, it looks once per turn of the wheel for each occupied bucket.
TEST_F(DeadlinesTest, LooksRarelyForWhatIsFarAway) {
    Thing thing;
    (void)set(thing, hours{1});
    int looks = 0;
    for (next_ = now_; next_ < Clock::time_point::max(); ++looks) {
        now_ = std::max(now_, next_);
        (void)look();
    }
    EXPECT_EQ(1, thing.finds);
    EXPECT_LE(looks, 3'600'000 / 5'120 + 3);
}

TEST_F(DeadlinesTest, FindsEverythingAfterALongPause) {
    std::vector<std::unique_ptr<Thing>> things;
    for (int i = 0; i < 3'000; ++i) {
        things.push_back(std::make_unique<Thing>());
        (void)set(*things.back(), milliseconds{10 * i});
    }
    Thing later;
    (void)set(later, hours{3});
    now_ += hours{2};
    EXPECT_EQ(3'000, look());
    EXPECT_EQ(0, later.finds);
    next_ = now_;
    EXPECT_EQ(1, sleepUntil(later.due + Deadlines::kTick));
    expectPunctual(later);
}

TEST_F(DeadlinesTest, WorksWithAClockThatStandsStill) {
    Thing thing;
    (void)set(thing, milliseconds{5});
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(0, look());
    }
    next_ = now_;
    EXPECT_EQ(1, sleepUntil(now_ + milliseconds{20}));
}

TEST_F(DeadlinesTest, DoesNotFindWhatWasRemoved) {
    Thing kept;
    Thing removed;
    Thing absent;
    (void)set(kept, milliseconds{30});
    (void)set(removed, milliseconds{30});
    deadlines_.remove(removed);
    deadlines_.remove(removed);
    deadlines_.remove(absent);
    EXPECT_FALSE(removed.armed());
    next_ = now_;
    EXPECT_EQ(1, sleepUntil(now_ + hours{1}));
    EXPECT_EQ(0, removed.finds);
    deadlines_.remove(kept);
    EXPECT_TRUE(set(removed, milliseconds{30})) << "it can be used again";
    next_ = now_;
    EXPECT_EQ(1, sleepUntil(now_ + hours{1}));
    expectPunctual(removed);
}

TEST_F(DeadlinesTest, EntriesOfOneBucketKeepToTheirTurns) {
    constexpr milliseconds kTurn = 512 * Deadlines::kTick;
    Thing turns[4];
    for (int turn = 3; turn >= 0; --turn) {
        (void)set(turns[turn], milliseconds{70} + turn * kTurn);
    }
    for (Thing& thing : turns) {
        next_ = now_;
        EXPECT_EQ(1, sleepUntil(thing.due + Deadlines::kTick));
        expectPunctual(thing);
    }
}

// Each entry is either found or removed, never both and never neither.
TEST_F(DeadlinesTest, EndsEachEntryOnceWhenItIsRemovedDuringALook) {
    constexpr int kRounds = 30'000;
    struct Raced : Deadlines::Entry {
        std::atomic<int> finds{0};
        std::atomic<bool> removed{false};
    };
    const auto start = Clock::now();
    std::vector<Raced> things(64);
    std::atomic<bool> done{false};
    std::atomic<int> foundAfterRemoval{0};
    std::atomic<std::uint64_t> found{0};
    std::uint64_t removedUnfound = 0;
    test::concurrently(3, [&](unsigned thread) {
        if (thread != 0) {
            // Two threads, so that they contend for the lock.
            while (!done) {
                (void)deadlines_.look(Clock::now() + milliseconds{thread * 15}, [&](Deadlines::Entry& entry) {
                    auto& thing = static_cast<Raced&>(entry);
                    foundAfterRemoval += thing.removed;
                    ++thing.finds;
                    ++found;
                });
                std::this_thread::yield();
            }
            return;
        }
        std::mt19937 random{3};
        for (int round = 0; round < kRounds || found == 0; ++round) {
            Raced& thing = things[random() % things.size()];
            deadlines_.remove(thing);
            thing.removed = true;
            const int finds = thing.finds.exchange(0);
            EXPECT_LE(finds, 1);
            removedUnfound += finds == 0;
            thing.removed = false;
            (void)deadlines_.set(thing, Clock::now() + milliseconds{random() % 30});
        }
        done = true;
    });
    EXPECT_EQ(0, foundAfterRemoval.load());
    for (Raced& thing : things) {
        deadlines_.remove(thing);
    }
    EXPECT_EQ(0u, [&] {
        std::uint64_t left = 0;
        (void)deadlines_.look(start + hours{1}, [&](Deadlines::Entry&) { ++left; });
        return left;
    }());
    EXPECT_GT(found.load(), 0u);
    EXPECT_GT(removedUnfound, 0u);
}

}  // namespace
}  // namespace iocp4j
