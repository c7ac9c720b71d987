#include <gtest/gtest.h>

#include "engine/operation/UnwrittenStatuses.h"

namespace iocp4j {
namespace {

constexpr std::uint32_t kPlaces = 130;
constexpr std::uint32_t kCancelled = 0xc000'0120;

TEST(UnwrittenStatusesTest, PacketCountsThatSaysHowItsOperationHasEnded) {
    const UnwrittenStatuses statuses{kPlaces};
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kFile, kCancelled));
    EXPECT_TRUE(statuses.counts(kPlaces - 1, DeviceKind::kPipe, 0xc000'0011));
}

TEST(UnwrittenStatusesTest, PacketDoesNotCountThatMayBePosted) {
    const UnwrittenStatuses statuses{kPlaces};
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kPipe, 0)) << "PostQueuedCompletionStatus posts that";
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kPipe, 0x103)) << "STATUS_PENDING";
}

TEST(UnwrittenStatusesTest, PacketDoesNotCountInASlotWhereOneOfAnEarlierOperationMayCome) {
    UnwrittenStatuses statuses{kPlaces};
    for (const std::uint32_t place : {0u, 63u, 64u, kPlaces - 1}) {
        statuses.mark(place, DeviceKind::kFile);
        statuses.mark(place, DeviceKind::kAdopted);
    }
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
        const bool marked = place == 0 || place == 63 || place == 64 || place == kPlaces - 1;
        EXPECT_EQ(!marked, statuses.counts(place, DeviceKind::kFile, kCancelled)) << place;
        EXPECT_EQ(!marked, statuses.counts(place, DeviceKind::kAdopted, kCancelled)) << place;
    }
}

// Otherwise the operation of a thread that has ended is lost when an earlier operation in its slot has failed.
TEST(UnwrittenStatusesTest, OnlyFilesQueuePacketsForCallsThatHaveFailed) {
    UnwrittenStatuses statuses{kPlaces};
    statuses.mark(0, DeviceKind::kPipe);
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kPipe, kCancelled));
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kFile, kCancelled));
    statuses.mark(0, DeviceKind::kFile);
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kStreamSocket, kCancelled)) << "its packets have another key";
}

}  // namespace
}  // namespace iocp4j
