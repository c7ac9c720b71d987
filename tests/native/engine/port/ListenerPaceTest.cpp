#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

#include "engine/port/ListenerPace.h"

namespace iocp4j {
namespace {

using namespace std::chrono_literals;

class ListenerPaceTest : public ::testing::Test {
protected:
    void slow(int deliveries, std::size_t completions = 1) {
        for (int i = 0; i < deliveries; ++i) {
            pace_.delivered(completions, 1ms * completions);
        }
    }
    void quick(int deliveries) {
        for (int i = 0; i < deliveries; ++i) {
            pace_.delivered(1, 20us);
        }
    }

    ListenerPace pace_;
};

TEST_F(ListenerPaceTest, IsQuickAtFirst) { EXPECT_FALSE(pace_.isSlow()); }

TEST_F(ListenerPaceTest, OneSlowDeliverySaysNothing) {
    for (int i = 0; i < 100; ++i) {
        slow(1);
        EXPECT_FALSE(pace_.isSlow()) << i;
        quick(10);
    }
}

TEST_F(ListenerPaceTest, IsSlowFromTheSecondOneOn) {
    slow(2);
    EXPECT_TRUE(pace_.isSlow());
}

TEST_F(ListenerPaceTest, IsSlowIfEverySecondDeliveryIs) {
    slow(2);
    for (int i = 0; i < 100; ++i) {
        quick(1);
        EXPECT_TRUE(pace_.isSlow()) << i;
        slow(1);
        EXPECT_TRUE(pace_.isSlow()) << i;
    }
}

TEST_F(ListenerPaceTest, SomeQuickDeliveriesEndIt) {
    slow(1'000);
    quick(20);
    EXPECT_TRUE(pace_.isSlow());
    quick(20);
    EXPECT_FALSE(pace_.isSlow());
}

TEST_F(ListenerPaceTest, TheTimeForEachCompletionCounts) {
    for (int i = 0; i < 100; ++i) {
        pace_.delivered(64, 2ms);
    }
    EXPECT_FALSE(pace_.isSlow());
    slow(2, 64);
    EXPECT_TRUE(pace_.isSlow());
}

}  // namespace
}  // namespace iocp4j
