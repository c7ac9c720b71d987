#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>
#include <unordered_set>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/WaitFor.h"
#include "engine/lifetime/SlotTable.h"

namespace iocp4j {
namespace {

using test::concurrently;
using test::deadline;

struct Thing {
    std::atomic<int> users{0};
    std::atomic<bool> alive{true};
};

using Table = SlotTable<Thing>;

class SlotTableTest : public ::testing::Test {
private:
    // Tables are never destroyed, as in the engine.
    static std::vector<Table*>& tables() {
        static auto& tables = *new std::vector<Table*>;
        return tables;
    }

protected:
    // Returns 0 when the table is full.
    static Table::Key openIn(Table& table, Thing* thing) {
        Table::Key key = 0;
        return table.open(thing, key) ? key : 0;
    }
    Table::Key open(Thing* thing) { return openIn(table_, thing); }

    Table& table_ = *tables().emplace_back(new Table);
};

TEST_F(SlotTableTest, GivesKeysThatOpenTheObject) {
    Thing thing;
    const Table::Key key = open(&thing);
    ASSERT_NE(0u, key);
    EXPECT_GE(key, std::uint64_t{1} << 32) << "small keys are for packets of the port";
    EXPECT_GT(static_cast<std::int64_t>(key), 0) << "a key is positive in Java";
    EXPECT_EQ(&thing, table_.enter(key));
    EXPECT_EQ(1u, table_.inside(key));
    EXPECT_FALSE(table_.leave(key));
    EXPECT_EQ(Gate::Closing::kEmpty, table_.close(key));
    table_.dispose(key);
}

TEST_F(SlotTableTest, KnowsNoForgedKeys) {
    Thing thing;
    const Table::Key key = open(&thing);
    const Table::Key forged[] = {
        0,
        1,
        2,
        key + 1,                         // an unused slot
        key + 1024,                      // a chunk that does not exist
        key + (std::uint64_t{1} << 32),  // a later generation
        key - (std::uint64_t{1} << 32),  // an earlier generation
        key | (std::uint64_t{1} << 63),
        (key & ~std::uint64_t{0xffff'ffff}) | 0xffff'ffff,
        (key & ~std::uint64_t{0xffff'ffff}) | (1024 * 1024),
        ~std::uint64_t{0},
    };
    for (const Table::Key bad : forged) {
        EXPECT_EQ(nullptr, table_.enter(bad)) << std::hex << bad;
        EXPECT_EQ(Gate::Closing::kRefused, table_.close(bad)) << std::hex << bad;
    }
    EXPECT_EQ(&thing, table_.enter(key));
}

TEST_F(SlotTableTest, ClosedKeyAdmitsNoUserButKeepsTheObjectForThoseInside) {
    Thing thing;
    const Table::Key key = open(&thing);
    ASSERT_EQ(&thing, table_.enter(key));
    EXPECT_FALSE(table_.closed(key));
    EXPECT_EQ(Gate::Closing::kBusy, table_.close(key));
    EXPECT_TRUE(table_.closed(key));
    EXPECT_EQ(nullptr, table_.enter(key));
    table_.share(key);
    EXPECT_FALSE(table_.leave(key));
    EXPECT_TRUE(table_.leave(key));
    table_.dispose(key);
    EXPECT_EQ(nullptr, table_.enter(key));
}

TEST_F(SlotTableTest, NeverGivesTheSameKeyTwice) {
    Thing thing;
    std::set<Table::Key> seen;
    for (int i = 0; i < 5'000; ++i) {
        const Table::Key key = open(&thing);
        EXPECT_TRUE(seen.insert(key).second);
        ASSERT_EQ(Gate::Closing::kEmpty, table_.close(key));
        table_.dispose(key);
    }
    for (const Table::Key key : seen) {
        EXPECT_EQ(nullptr, table_.enter(key));
    }
}

TEST_F(SlotTableTest, StaleKeyDoesNotReachTheNextObjectInTheSlot) {
    Thing first;
    Thing second;
    const Table::Key stale = open(&first);
    ASSERT_EQ(Gate::Closing::kEmpty, table_.close(stale));
    table_.dispose(stale);
    const Table::Key fresh = open(&second);
    ASSERT_EQ(static_cast<std::uint32_t>(stale), static_cast<std::uint32_t>(fresh)) << "the slot is used again";
    EXPECT_EQ(nullptr, table_.enter(stale));
    EXPECT_EQ(Gate::Closing::kRefused, table_.close(stale));
    EXPECT_EQ(&second, table_.enter(fresh));
}

TEST_F(SlotTableTest, SlotThatHasUsedUpItsGenerationsIsNeverUsedAgain) {
    static auto& old = *new Table{0, Gate::kLastGeneration - 1};
    Thing thing;
    const Table::Key last = openIn(old, &thing);
    ASSERT_NE(0u, last);
    EXPECT_EQ(Gate::kLastGeneration, last >> 32);
    EXPECT_GT(static_cast<std::int64_t>(last), 0) << "positive in Java";
    EXPECT_EQ(&thing, old.enter(last));
    EXPECT_FALSE(old.awaitDisposed(last, Table::Clock::now()));
    EXPECT_EQ(Gate::Closing::kBusy, old.close(last));
    EXPECT_TRUE(old.leave(last));
    old.end(last);
    old.dispose(last);
    const Table::Key next = openIn(old, &thing);
    ASSERT_NE(0u, next);
    EXPECT_NE(static_cast<std::uint32_t>(last), static_cast<std::uint32_t>(next));
    EXPECT_EQ(nullptr, old.enter(last));
    EXPECT_FALSE(old.exists(last));
    EXPECT_TRUE(old.awaitDisposed(last, Table::Clock::now()));
}

TEST_F(SlotTableTest, GrowsAndIsFullAtLast) {
    constexpr std::uint32_t kSlots = 1024 * 1024;
    Thing thing;
    std::vector<Table::Key> keys;
    keys.reserve(kSlots);
    while (const Table::Key key = open(&thing)) {
        keys.push_back(key);
        ASSERT_LE(keys.size(), kSlots);
    }
    EXPECT_EQ(kSlots, keys.size());
    EXPECT_EQ(0u, open(&thing));
    EXPECT_EQ(&thing, table_.enter(keys.front()));
    EXPECT_EQ(&thing, table_.enter(keys.back()));
    ASSERT_EQ(Gate::Closing::kEmpty, table_.close(keys[12'345]));
    table_.dispose(keys[12'345]);
    EXPECT_NE(0u, open(&thing)) << "below the limit again";
}

TEST_F(SlotTableTest, WaitsForTheEndOfAKey) {
    Thing thing;
    const Table::Key key = open(&thing);
    EXPECT_FALSE(table_.awaitDisposed(key, Table::Clock::now()));
    ASSERT_EQ(Gate::Closing::kEmpty, table_.close(key));
    EXPECT_FALSE(table_.awaitDisposed(key, Table::Clock::now())) << "closed, but not disposed of";
    std::thread disposer{[&] { table_.dispose(key); }};
    EXPECT_TRUE(table_.awaitDisposed(key, deadline()));
    disposer.join();
}

TEST_F(SlotTableTest, HasNoNeedToWaitForWhatIsGone) {
    Thing thing;
    const Table::Key gone = open(&thing);
    ASSERT_EQ(Gate::Closing::kEmpty, table_.close(gone));
    table_.dispose(gone);
    const Table::Key next = open(&thing);
    EXPECT_TRUE(table_.awaitDisposed(gone, Table::Clock::now())) << "regardless of the slot's object";
    EXPECT_FALSE(table_.exists(gone));
    EXPECT_FALSE(table_.awaitDisposed(next, Table::Clock::now()));
    EXPECT_TRUE(table_.exists(next));
    EXPECT_TRUE(table_.awaitDisposed(0xffff'ffff, Table::Clock::now())) << "the slot does not exist";
    EXPECT_TRUE(table_.awaitDisposed(next + (std::uint64_t{1} << 32), Table::Clock::now())) << "a later generation";
    EXPECT_TRUE(table_.awaitDisposed(~std::uint64_t{0}, Table::Clock::now()));
    ASSERT_EQ(Gate::Closing::kEmpty, table_.close(next));
    table_.dispose(next);
    EXPECT_TRUE(table_.awaitDisposed(next, Table::Clock::now()));
    EXPECT_TRUE(table_.awaitDisposed(gone, Table::Clock::now())) << "regardless of later objects";
}

// Keys of one table are invalid in the other, although both tables begin with the same slot.
TEST_F(SlotTableTest, TablesOfDifferentKindsDoNotKnowEachOthersKeys) {
    static auto& other = *new Table{1};
    Thing thing;
    Thing otherThing;
    const Table::Key key = open(&thing);
    const Table::Key otherKey = openIn(other, &otherThing);
    ASSERT_NE(key, otherKey);
    EXPECT_EQ(&otherThing, other.enter(otherKey));
    EXPECT_EQ(1u, other.inside(otherKey));
    EXPECT_FALSE(other.leave(otherKey));
    EXPECT_EQ(nullptr, table_.enter(otherKey));
    EXPECT_EQ(nullptr, other.enter(key));
    EXPECT_EQ(Gate::Closing::kRefused, table_.close(otherKey));
    EXPECT_EQ(Gate::Closing::kRefused, other.close(key));
    EXPECT_TRUE(table_.awaitDisposed(otherKey, Table::Clock::now()));
    ASSERT_EQ(Gate::Closing::kEmpty, other.close(otherKey));
    other.dispose(otherKey);
    EXPECT_TRUE(other.awaitDisposed(otherKey, Table::Clock::now()));
    const Table::Key next = openIn(other, &otherThing);
    EXPECT_EQ(otherKey + (Table::Key{1} << 32), next) << "the same slot again";
    EXPECT_FALSE(table_.closed(key));
}

// Threads open, use and close objects, and use all keys that they have seen. Each object must be ended once, while no
// thread uses it.
TEST_F(SlotTableTest, EndsEachObjectOnceAndUnused) {
    constexpr unsigned kThreads = 4;
    constexpr int kRounds = 20'000;
    constexpr unsigned kShelf = 8;
    std::atomic<Table::Key> shelf[kShelf] = {};
    std::atomic<int> violations{0};
    std::atomic<int> opened{0};
    std::atomic<int> ended{0};
    std::vector<std::unordered_set<Table::Key>> keys(kThreads);

    const auto end = [&](Table::Key key, Thing* thing) {
        violations += !thing->alive.exchange(false);
        violations += thing->users.load() != 0;
        delete thing;
        table_.dispose(key);
        ++ended;
    };
    concurrently(kThreads, [&](unsigned thread) {
        std::minstd_rand random{thread + 1};
        for (int round = 0; round < kRounds; ++round) {
            std::atomic<Table::Key>& place = shelf[random() % kShelf];
            const Table::Key key = place.load();
            if (Thing* thing = table_.enter(key)) {
                ++thing->users;
                violations += !thing->alive.load();
                const bool close = random() % 4 == 0;
                if (close && table_.close(key) == Gate::Closing::kEmpty) {
                    ++violations;  // this thread is inside
                }
                --thing->users;
                if (table_.leave(key)) {
                    end(key, thing);
                }
            } else {
                auto* made = new Thing;
                const Table::Key fresh = open(made);
                violations += !keys[thread].insert(fresh).second;
                ++opened;
                Table::Key expected = key;
                if (!place.compare_exchange_strong(expected, fresh)) {
                    // Another thread was first. No other thread knows this key.
                    violations += table_.close(fresh) != Gate::Closing::kEmpty;
                    end(fresh, made);
                }
            }
        }
    });
    for (std::atomic<Table::Key>& place : shelf) {
        const Table::Key key = place.load();
        if (Thing* thing = table_.enter(key)) {
            EXPECT_EQ(Gate::Closing::kBusy, table_.close(key));
            EXPECT_TRUE(table_.leave(key));
            end(key, thing);
        }
    }
    EXPECT_EQ(0, violations.load());
    EXPECT_EQ(opened.load(), ended.load());
    std::unordered_set<Table::Key> all;
    for (const auto& own : keys) {
        for (const Table::Key key : own) {
            EXPECT_TRUE(all.insert(key).second) << "a key was issued twice";
        }
    }
}

}  // namespace
}  // namespace iocp4j
