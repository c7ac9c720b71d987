#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "engine/operation/Slab.h"

namespace iocp4j {
namespace {

using test::concurrently;

struct alignas(64) Thing {
    static inline std::atomic<int> made{0};
    static inline std::atomic<int> ended{0};

    Thing() noexcept { ++made; }
    Thing(const Thing&) = delete;
    Thing& operator=(const Thing&) = delete;
    ~Thing() { ++ended; }

    std::atomic<int> owners{0};
    int note = 0;  // not atomic: only the owner of the slot writes it
};

class SlabTest : public ::testing::Test {
protected:
    void SetUp() override {
        Thing::made = 0;
        Thing::ended = 0;
    }
};

TEST_F(SlabTest, GivesOutAsManyAsItHas) {
    Slab<Thing> slab{5};
    std::set<Thing*> places;
    for (unsigned i = 0; i < 5; ++i) {
        Thing* place = slab.acquire();
        ASSERT_NE(nullptr, place);
        EXPECT_EQ(0u, reinterpret_cast<std::uintptr_t>(place) % alignof(Thing));
        EXPECT_TRUE(places.insert(place).second);
        EXPECT_EQ(i + 1, slab.inUse());
    }
    EXPECT_EQ(nullptr, slab.acquire());
    EXPECT_EQ(nullptr, slab.acquire());
    EXPECT_EQ(5u, slab.inUse());
    slab.release(*places.begin());
    EXPECT_EQ(4u, slab.inUse());
    EXPECT_EQ(*places.begin(), slab.acquire());
    EXPECT_EQ(nullptr, slab.acquire());
}

TEST_F(SlabTest, MakesThingsWhenFirstNeededAndKeepsThem) {
    {
        Slab<Thing> slab{1'000};
        EXPECT_EQ(0, Thing::made.load());
        Thing* place = slab.acquire();
        place->note = 42;
        slab.release(place);
        for (int i = 0; i < 100; ++i) {
            place = slab.acquire();
            EXPECT_EQ(42, place->note) << "the T is not constructed again";
            slab.release(place);
        }
        EXPECT_EQ(1, Thing::made.load());
        EXPECT_EQ(0, Thing::ended.load());
    }
    EXPECT_EQ(1, Thing::ended.load());
}

TEST_F(SlabTest, EndsWhatWasMadeEvenIfItIsStillOut) {
    {
        Slab<Thing> slab{3};
        (void)slab.acquire();
        (void)slab.acquire();
    }
    EXPECT_EQ(2, Thing::ended.load());
}

TEST_F(SlabTest, FindsOnlyWhatItHasGivenOut) {
    Slab<Thing> slab{4};
    EXPECT_EQ(nullptr, slab.find(nullptr));
    EXPECT_EQ(nullptr, slab.at(0));
    Thing* first = slab.acquire();
    Thing* second = slab.acquire();
    EXPECT_EQ(first, slab.find(first));
    EXPECT_EQ(second, slab.find(second));
    EXPECT_EQ(first, slab.at(slab.indexOf(first)));
    EXPECT_EQ(second, slab.at(slab.indexOf(second)));

    const auto address = reinterpret_cast<std::uintptr_t>(first);
    const std::uintptr_t invalid[] = {0,
                                      1,
                                      sizeof(Thing),
                                      address - sizeof(Thing),
                                      address - 1,
                                      address + 1,
                                      address + 8,
                                      address + 2 * sizeof(Thing),  // not used yet
                                      address + 4 * sizeof(Thing),  // behind the end
                                      address + (std::uintptr_t{1} << 32) * sizeof(Thing),
                                      ~std::uintptr_t{0},
                                      reinterpret_cast<std::uintptr_t>(&slab)};
    for (const std::uintptr_t value : invalid) {
        EXPECT_EQ(nullptr, slab.find(reinterpret_cast<const void*>(value))) << value;
    }
    EXPECT_EQ(nullptr, slab.at(2));
    EXPECT_EQ(nullptr, slab.at(4));
    EXPECT_EQ(nullptr, slab.at(0xffff'ffff));

    slab.release(first);
    EXPECT_EQ(first, slab.find(first)) << "find() also returns free slots";
}

TEST_F(SlabTest, CanBeEmpty) {
    Slab<Thing> slab{0};
    EXPECT_EQ(nullptr, slab.acquire());
    EXPECT_EQ(nullptr, slab.find(&slab));
    EXPECT_EQ(nullptr, slab.at(0));
}

// Few slots and many threads keep the free list nearly empty, where the ABA problem would show.
TEST_F(SlabTest, GivesNoSlotToTwoThreads) {
    constexpr unsigned kThreads = 4;
    for (const std::uint32_t capacity : {1u, 2u, 3u, 7u}) {
        Slab<Thing> slab{capacity};
        std::atomic<int> violations{0};
        std::atomic<std::uint32_t> mostInUse{0};
        concurrently(kThreads, [&](unsigned thread) {
            std::minstd_rand random{thread + 1};
            std::vector<Thing*> mine;
            for (int round = 0; round < 20'000; ++round) {
                if (mine.empty() || random() % 2 == 0) {
                    if (Thing* place = slab.acquire()) {
                        violations += place->owners.fetch_add(1, std::memory_order_relaxed) != 0;
                        place->note = static_cast<int>(thread);
                        mine.push_back(place);
                    }
                } else {
                    Thing* place = mine.back();
                    mine.pop_back();
                    violations += place->note != static_cast<int>(thread);
                    place->owners.fetch_sub(1, std::memory_order_relaxed);
                    slab.release(place);
                }
                const std::uint32_t seen = slab.inUse();
                std::uint32_t most = mostInUse.load(std::memory_order_relaxed);
                while (seen > most && !mostInUse.compare_exchange_weak(most, seen)) {
                }
            }
            for (Thing* place : mine) {
                place->owners.fetch_sub(1, std::memory_order_relaxed);
                slab.release(place);
            }
        });
        EXPECT_EQ(0, violations.load()) << capacity;
        EXPECT_EQ(0u, slab.inUse()) << capacity;
        EXPECT_LE(mostInUse.load(), capacity) << "the count never exceeds the slots";
    }
}

// While other threads construct Ts, find() returns only constructed ones.
TEST_F(SlabTest, FindsNoUnfinishedThing) {
    struct Finished {
        std::uint64_t sign = 0x600d'600d'600d'600d;
    };
    constexpr std::uint32_t kCapacity = 20'000;
    Slab<Finished> slab{kCapacity};
    std::atomic<int> violations{0};
    std::atomic<bool> done{false};
    concurrently(3, [&](unsigned thread) {
        if (thread == 2) {
            for (std::uint32_t next = 0; next < kCapacity && !done.load();) {
                if (const Finished* found = slab.at(next)) {
                    violations += found->sign != 0x600d'600d'600d'600d || slab.find(found) != found;
                    ++next;
                }
            }
            return;
        }
        while (slab.acquire() != nullptr) {
        }
        done = true;
    });
    EXPECT_EQ(0, violations.load());
    EXPECT_EQ(kCapacity, slab.inUse());
}

}  // namespace
}  // namespace iocp4j
