#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "engine/operation/InlineBudget.h"

namespace iocp4j {
namespace {

using std::chrono::microseconds;

InlineBudget::Clock::time_point now;
int readings;

class InlineBudgetTest : public testing::Test {
protected:
    static constexpr std::uint64_t kDevice = 7;
    static constexpr std::uint32_t kRoom = 256;

    void SetUp() override {
        now = InlineBudget::Clock::time_point{};
        readings = 0;
    }

    // The number of operations of that duration that complete inline in a row.
    std::uint32_t inARow(std::uint64_t device, InlineBudget::Clock::duration each) {
        std::uint32_t times = 0;
        while (times < 10'000 && budget_.take(device)) {
            now += each;
            ++times;
        }
        return times;
    }

    // The same for two devices in turns.
    std::uint32_t inTurns(InlineBudget::Clock::duration each) {
        std::uint32_t times = 0;
        while (times < 10'000 && budget_.take(kDevice + times % 2)) {
            now += each;
            ++times;
        }
        return times;
    }

    InlineBudget budget_{[]() noexcept {
        ++readings;
        return now;
    }};
};

TEST_F(InlineBudgetTest, ThreadOutsideAListenerHasNoLimit) { EXPECT_EQ(10'000u, inARow(kDevice, microseconds{50})); }

TEST_F(InlineBudgetTest, QuickOperationsAreBoundedByTheirNumber) {
    budget_.refill(1, kRoom);
    EXPECT_EQ(InlineBudget::kMost, inARow(kDevice, microseconds{1}));
}

TEST_F(InlineBudgetTest, SlowOperationsAreBoundedByTheirTime) {
    budget_.refill(1, kRoom);
    EXPECT_EQ(10u, inARow(kDevice, InlineBudget::kYoungTurn / 10));
}

TEST_F(InlineBudgetTest, EachDeviceOfASmallBatchHasTwoWhateverTheTime) {
    budget_.refill(3, kRoom);
    for (std::uint64_t i = 0; i < 3; ++i) {
        EXPECT_EQ(2u, inARow(kDevice + i, InlineBudget::kYoungTurn)) << i;
    }
}

TEST_F(InlineBudgetTest, EachDeviceOfALargeBatchHasOne) {
    constexpr std::uint32_t kLarge = InlineBudget::kSmallBatch + 1;
    budget_.refill(kLarge, kRoom);
    for (std::uint64_t i = 0; i < kLarge; ++i) {
        EXPECT_EQ(1u, inARow(kDevice + i, {})) << i;
    }
    EXPECT_EQ(0u, inARow(kDevice, {})) << "the number of completions in the batch";
}

TEST_F(InlineBudgetTest, DeviceThatTakesMostLeavesTheOthersTheirLeast) {
    budget_.refill(3, kRoom);
    EXPECT_EQ(InlineBudget::kMost, inARow(kDevice, microseconds{1}));
    now += InlineBudget::kYoungTurn;
    EXPECT_EQ(2u, inARow(kDevice + 1, microseconds{1}));
    EXPECT_EQ(2u, inARow(kDevice + 2, microseconds{1}));
}

TEST_F(InlineBudgetTest, DevicesInTurnsAreBoundedByTheTime) {
    budget_.refill(2, kRoom);
    EXPECT_EQ(50u, inTurns(InlineBudget::kYoungTurn / 50));
}

TEST_F(InlineBudgetTest, DevicesInTurnsAreBoundedByTheirNumber) {
    budget_.refill(2, kRoom);
    EXPECT_EQ(4u, inTurns(InlineBudget::kYoungTurn));
}

TEST_F(InlineBudgetTest, ClockThatStandsStillGivesAsManyAsABatchHolds) {
    budget_.refill(2, kRoom);
    EXPECT_EQ(kRoom, inTurns({}));
}

TEST_F(InlineBudgetTest, ClockIsReadOnlyWhereTheTimeMayMatter) {
    budget_.refill(1, kRoom);
    EXPECT_EQ(0, readings) << "no operation completes inline";
    budget_.refill(InlineBudget::kSmallBatch + 1, kRoom);
    EXPECT_EQ(1u, inARow(kDevice, microseconds{1}));
    EXPECT_EQ(0, readings) << "the time does not matter in a large batch";
    budget_.refill(1, kRoom);
    EXPECT_TRUE(budget_.take(kDevice));
    EXPECT_EQ(1, readings);
}

TEST_F(InlineBudgetTest, EachTurnBeginsAnew) {
    for (int turn = 0; turn < 3; ++turn) {
        budget_.refill(1, kRoom);
        EXPECT_EQ(InlineBudget::kMost, inARow(kDevice, microseconds{1})) << turn;
    }
    budget_.lift();
    EXPECT_EQ(10'000u, inARow(kDevice, microseconds{50}));
}

}  // namespace
}  // namespace iocp4j
