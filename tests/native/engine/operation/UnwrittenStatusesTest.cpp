#include <gtest/gtest.h>
#include <windows.h>

#include <future>
#include <thread>

#include "engine/operation/UnwrittenStatuses.h"

namespace iocp4j {
namespace {

constexpr std::uint32_t kPlaces = 130;
constexpr std::uint32_t kCancelled = 0xc000'0120;

DWORD here() { return ::GetCurrentThreadId(); }

TEST(UnwrittenStatusesTest, PacketCountsThatSaysHowItsOperationHasEnded) {
    const UnwrittenStatuses statuses{kPlaces};
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kFile, kCancelled, here()));
    EXPECT_TRUE(statuses.counts(kPlaces - 1, DeviceKind::kPipe, 0xc000'0011, here()));
}

TEST(UnwrittenStatusesTest, PacketDoesNotCountThatMayBePosted) {
    const UnwrittenStatuses statuses{kPlaces};
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kPipe, 0, here())) << "PostQueuedCompletionStatus posts that";
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kPipe, 0x103, here())) << "STATUS_PENDING";
}

TEST(UnwrittenStatusesTest, PacketDoesNotCountInASlotWhereOneOfAnEarlierOperationMayCome) {
    UnwrittenStatuses statuses{kPlaces};
    for (const std::uint32_t place : {0u, 63u, 64u, kPlaces - 1}) {
        statuses.mark(place);
    }
    for (std::uint32_t place = 0; place < kPlaces; ++place) {
        const bool marked = place == 0 || place == 63 || place == 64 || place == kPlaces - 1;
        EXPECT_EQ(!marked, statuses.counts(place, DeviceKind::kFile, kCancelled, here())) << place;
        EXPECT_EQ(!marked, statuses.counts(place, DeviceKind::kPipe, kCancelled, here())) << place;
    }
}

// Otherwise the operation of a thread that has ended is lost when an earlier operation in its slot has failed.
TEST(UnwrittenStatusesTest, PacketCountsInAMarkedSlotWhenTheThreadHasEnded) {
    DWORD ended = 0;
    std::thread{[&] { ended = here(); }}.join();
    UnwrittenStatuses statuses{kPlaces};
    statuses.mark(0);
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kPipe, kCancelled, ended));
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kStreamSocket, kCancelled, ended));
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kPipe, 0, ended));
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kFile, kCancelled, ended)) << "a failed call on a file queues a packet";
    EXPECT_FALSE(statuses.counts(0, DeviceKind::kAdopted, kCancelled, ended)) << "it may be a file";
}

// The kernel may end the operations of a thread that still has to end itself.
TEST(UnwrittenStatusesTest, PacketCountsInAMarkedSlotWhenTheThreadIsEnding) {
    UnwrittenStatuses statuses{kPlaces};
    statuses.mark(0);
    std::promise<DWORD> started;
    std::thread ending{[&] {
        started.set_value(here());
        ::Sleep(50);
    }};
    EXPECT_TRUE(statuses.counts(0, DeviceKind::kPipe, kCancelled, started.get_future().get()));
    ending.join();
}

}  // namespace
}  // namespace iocp4j
