#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/port/EntryCount.h"

namespace iocp4j {
namespace {

constexpr std::uint32_t kRoom = 256;

// The requested counts while packets come alone.
std::vector<std::uint32_t> askedFor(EntryCount& count, std::size_t packets) {
    std::vector<std::uint32_t> asked;
    for (std::size_t i = 0; i < packets; ++i) {
        asked.push_back(count.next(kRoom));
        count.received(1);
    }
    return asked;
}

TEST(EntryCountTest, AsksForOneWherePacketsComeAloneAndLooksForMoreNowAndThen) {
    EntryCount count{true};
    const std::vector<std::uint32_t> expected{kRoom, kRoom, 1, 1, kRoom, 1, 1, 1, kRoom, 1};
    EXPECT_EQ(expected, askedFor(count, expected.size()));
}

TEST(EntryCountTest, TakesAllItHasRoomForAsLongAsThereAreSeveral) {
    EntryCount count{true};
    askedFor(count, 5);
    count.received(2);
    EXPECT_EQ(kRoom, count.next(kRoom));
    count.received(1);
    EXPECT_EQ(kRoom, count.next(kRoom));
    count.received(kRoom);
    EXPECT_EQ(kRoom, count.next(kRoom));
}

TEST(EntryCountTest, LearnsNothingFromATimeout) {
    EntryCount count{true};
    count.received(0);
    EXPECT_EQ(kRoom, count.next(kRoom));
    askedFor(count, 3);
    EXPECT_EQ(1u, count.next(kRoom));
    count.received(0);
    EXPECT_EQ(1u, count.next(kRoom));
}

TEST(EntryCountTest, AlwaysTakesAllItHasRoomForWhereThatCostsNothing) {
    EntryCount count{false};
    EXPECT_EQ(std::vector<std::uint32_t>(10, kRoom), askedFor(count, 10));
}

TEST(EntryCountTest, NeverAsksForMoreThanThereIsRoom) {
    EntryCount count{true};
    EXPECT_EQ(1u, count.next(1));
    EXPECT_EQ(3u, count.next(3));
}

TEST(EntryCountTest, FindsAPileAfterThreePacketsWheneverItComes) {
    for (std::size_t before = 0; before < 20; ++before) {
        EntryCount count{true};
        askedFor(count, before);
        std::uint32_t pile = kRoom;
        std::uint32_t calls = 0;
        for (; pile > 0; ++calls) {
            const std::uint32_t received = std::min(count.next(kRoom), pile);
            count.received(received);
            pile -= received;
        }
        EXPECT_LE(calls, kRoom / 64) << before;
    }
}

}  // namespace
}  // namespace iocp4j
