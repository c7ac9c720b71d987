#include <gtest/gtest.h>

#include <atomic>

#include "../../fixtures/Concurrently.h"
#include "engine/lifetime/Gate.h"

namespace iocp4j {
namespace {

using test::concurrently;
using test::MeetingPoint;

TEST(GateTest, IsClosedUntilItIsOpened) {
    Gate gate;
    EXPECT_TRUE(gate.closed());
    EXPECT_FALSE(gate.enter(0));
    EXPECT_EQ(Gate::Closing::kRefused, gate.close(0));
    EXPECT_EQ(0u, gate.inside());
}

TEST(GateTest, CountsWhoIsInside) {
    Gate gate;
    gate.open(7);
    EXPECT_FALSE(gate.closed());
    EXPECT_TRUE(gate.enter(7));
    EXPECT_TRUE(gate.enter(7));
    gate.share();
    EXPECT_EQ(3u, gate.inside());
    EXPECT_FALSE(gate.leave());
    EXPECT_FALSE(gate.leave());
    EXPECT_FALSE(gate.leave()) << "the gate is open";
    EXPECT_EQ(0u, gate.inside());
    EXPECT_TRUE(gate.enter(7)) << "an empty gate is still open";
}

TEST(GateTest, KnowsOnlyItsOwnGeneration) {
    Gate gate;
    gate.open(7);
    for (const std::uint32_t other : {0u, 6u, 8u, 7u | 0x8000'0000u, Gate::kLastGeneration, 0xffff'ffffu}) {
        EXPECT_FALSE(gate.enter(other)) << other;
        EXPECT_EQ(Gate::Closing::kRefused, gate.close(other)) << other;
    }
    EXPECT_FALSE(gate.closed());
}

TEST(GateTest, HasRoomForTheLastGeneration) {
    Gate gate;
    gate.open(Gate::kLastGeneration);
    EXPECT_FALSE(gate.closed());
    EXPECT_TRUE(gate.enter(Gate::kLastGeneration));
    EXPECT_EQ(Gate::Closing::kBusy, gate.close(Gate::kLastGeneration));
    EXPECT_TRUE(gate.leave());
}

TEST(GateTest, ClosesOnce) {
    Gate gate;
    gate.open(1);
    EXPECT_EQ(Gate::Closing::kEmpty, gate.close(1));
    EXPECT_EQ(Gate::Closing::kRefused, gate.close(1));
    EXPECT_TRUE(gate.closed());
    EXPECT_FALSE(gate.enter(1));
}

TEST(GateTest, LastLeaveAfterClosingReturnsTrue) {
    Gate gate;
    gate.open(1);
    ASSERT_TRUE(gate.enter(1));
    ASSERT_TRUE(gate.enter(1));
    EXPECT_EQ(Gate::Closing::kBusy, gate.close(1));
    gate.share();
    EXPECT_FALSE(gate.leave());
    EXPECT_FALSE(gate.leave());
    EXPECT_TRUE(gate.leave());
}

TEST(GateTest, OpensAgainForTheNextGenerationOnly) {
    Gate gate;
    gate.open(1);
    ASSERT_EQ(Gate::Closing::kEmpty, gate.close(1));
    gate.open(2);
    EXPECT_FALSE(gate.enter(1));
    EXPECT_EQ(Gate::Closing::kRefused, gate.close(1));
    EXPECT_TRUE(gate.enter(2));
}

// Some threads enter and leave, others close. Exactly one of them must be the last to leave, when no user is inside.
TEST(GateTest, HasExactlyOneLastLeaver) {
    constexpr unsigned kThreads = 4;
    constexpr std::uint32_t kRounds = 20'000;
    Gate gate;
    MeetingPoint point{kThreads};
    std::atomic<int> inside{0};
    std::atomic<int> lastLeavers{0};
    std::atomic<int> violations{0};
    int objectsAlive = 0;  // not atomic: only the last leaver and the opening thread write it, and the gate orders them

    const auto end = [&] {
        violations += inside.load() != 0;
        --objectsAlive;
        ++lastLeavers;
    };
    concurrently(kThreads, [&](unsigned thread) {
        for (std::uint32_t round = 1; round <= kRounds; ++round) {
            if (thread == 0) {
                ++objectsAlive;
                lastLeavers = 0;
                gate.open(round);
            }
            point.meet();
            if (thread >= kThreads - 2 && gate.close(round) == Gate::Closing::kEmpty) {
                end();
            } else if (thread < kThreads - 2) {
                for (int visit = 0; visit < 3 && gate.enter(round); ++visit) {
                    ++inside;
                    violations += objectsAlive != 1;
                    gate.share();
                    violations += gate.leave();
                    --inside;
                    if (gate.leave()) {
                        end();
                    }
                }
            }
            point.meet();
            if (thread == 0) {
                violations += lastLeavers.load() != 1;
                violations += objectsAlive != 0;
            }
        }
    });
    EXPECT_EQ(0, violations.load());
}

}  // namespace
}  // namespace iocp4j
