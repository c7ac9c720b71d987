#include <gtest/gtest.h>

#include "engine/operation/UnwrittenStatuses.h"

namespace iocp4j {
namespace {

constexpr std::uint32_t kPlaces = 130;
constexpr std::uint32_t kCancelled = 0xc000'0120;

TEST(UnwrittenStatusesTest, PacketCountsThatSaysHowItsOperationHasEnded) {
    const UnwrittenStatuses statuses{kPlaces};
    EXPECT_TRUE(statuses.counts(0, kCancelled));
    EXPECT_TRUE(statuses.counts(kPlaces - 1, 0xc000'0011));
}

TEST(UnwrittenStatusesTest, PacketDoesNotCountThatMayBePosted) {
    const UnwrittenStatuses statuses{kPlaces};
    EXPECT_FALSE(statuses.counts(0, 0)) << "PostQueuedCompletionStatus posts that";
    EXPECT_FALSE(statuses.counts(0, 0x103)) << "STATUS_PENDING";
}

TEST(UnwrittenStatusesTest, PacketDoesNotCountInASlotWhereOneOfAnEarlierOperationMayCome) {
    UnwrittenStatuses statuses{kPlaces};
    for (const std::uint32_t place : {0u, 63u, 64u, kPlaces - 1}) {
        statuses.mark(place);
        statuses.mark(place);
    }
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
        const bool marked = place == 0 || place == 63 || place == 64 || place == kPlaces - 1;
        EXPECT_EQ(!marked, statuses.counts(place, kCancelled)) << place;
    }
}

}  // namespace
}  // namespace iocp4j
