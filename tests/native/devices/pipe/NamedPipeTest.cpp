#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "../../fixtures/PipeDevice.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

class NamedPipeTest : public PipeDeviceTest {};

class MessagePipeTest : public PipeDeviceTest {
protected:
    MessagePipeTest() : PipeDeviceTest(PipeKind::kMessages) {}
};

// --- Reading and writing --------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, ReadsWhatIsThere) {
    put(peer_, "hello");
    ASSERT_TRUE(read(1));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kRead, record.opcode);
    EXPECT_EQ(device_, record.key);
    EXPECT_EQ(0u, record.detail);
    EXPECT_EQ("hello", received(record));
}

TEST_F(NamedPipeTest, ReadsWhatComesLater) {
    ASSERT_TRUE(read(1));
    EXPECT_EQ(0u, recording_.count());
    put(peer_, "later");
    EXPECT_EQ("later", received(recording_.waitForToken(1)));
}

TEST_F(NamedPipeTest, ServesPendingReadsInTheirOrder) {
    for (std::uint64_t token = 0; token < 16; ++token) {
        ASSERT_TRUE(read(token, 1));
    }
    put(peer_, "0123456789abcdef");
    for (std::uint64_t token = 0; token < 16; ++token) {
        EXPECT_EQ(std::string(1, "0123456789abcdef"[token]), received(recording_.waitForToken(token)));
    }
}

TEST_F(NamedPipeTest, Writes) {
    ASSERT_TRUE(port_.write(device_, 1, "good", 4));
    EXPECT_EQ("good", get(peer_));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(4u, record.bytes);
    EXPECT_EQ(Opcode::kWrite, record.opcode);
}

TEST_F(NamedPipeTest, WriteThatDoesNotFitCompletesWhenThePeerHasRead) {
    const std::string much(200'000, 'x');
    ASSERT_TRUE(port_.write(device_, 1, much.data(), static_cast<std::uint32_t>(much.size())));
    EXPECT_EQ(0u, recording_.count());
    std::size_t total = 0;
    while (total < much.size()) {
        total += get(peer_, 65'536).size();
    }
    EXPECT_EQ(much.size(), recording_.waitForToken(1).bytes);
}

TEST_F(NamedPipeTest, WritesNothing) {
    ASSERT_TRUE(port_.write(device_, 1, "", 0));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(0u, record.bytes);
}

TEST_F(MessagePipeTest, ReadsAnEmptyMessage) {
    put(peer_, "");
    put(peer_, "next");
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(read(2));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(1).bytes);
    EXPECT_EQ("next", received(recording_.waitForToken(2)));
}

// As documented in the Java class.
TEST_F(MessagePipeTest, ReadWithoutRoomLeavesAMessageUnlessThatIsEmpty) {
    put(peer_, "x");
    ASSERT_TRUE(read(1, 0));
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, recording_.waitForToken(1).status);
    ASSERT_TRUE(read(2, 1));
    EXPECT_EQ("x", received(recording_.waitForToken(2)));
    put(peer_, "");
    put(peer_, "y");
    ASSERT_TRUE(read(3, 0));
    EXPECT_EQ(0u, recording_.waitForToken(3).status);
    ASSERT_TRUE(read(4, 1));
    EXPECT_EQ("y", received(recording_.waitForToken(4)));
}

TEST_F(MessagePipeTest, ReadsMessagesOneByOne) {
    put(peer_, "one");
    put(peer_, "three");
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(read(2));
    EXPECT_EQ("one", received(recording_.waitForToken(1)));
    EXPECT_EQ("three", received(recording_.waitForToken(2)));
}

// The call fails with ERROR_MORE_DATA, and a packet follows.
TEST_F(MessagePipeTest, ReadsTheBeginningOfALongMessageThatIsThere) {
    put(peer_, "0123456789");
    ASSERT_TRUE(read(1, 4));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, record.status);
    EXPECT_EQ("0123", received(record));
    ASSERT_TRUE(read(2));
    EXPECT_EQ("456789", received(recording_.waitForToken(2)));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(2u, recording_.count());
}

TEST_F(MessagePipeTest, ReadsTheBeginningOfALongMessageThatComesLater) {
    ASSERT_TRUE(read(1, 4));
    put(peer_, "0123456789");
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, record.status);
    EXPECT_EQ("0123", received(record));
    ASSERT_TRUE(read(2));
    EXPECT_EQ("456789", received(recording_.waitForToken(2)));
}

TEST_F(NamedPipeTest, PeerThatGoesBreaksThePipe) {
    ASSERT_TRUE(read(1));
    put(peer_, "last");
    ASSERT_TRUE(read(2));
    peer_.reset();
    EXPECT_EQ("last", received(recording_.waitForToken(1)));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(2).status) << "a packet of the kernel";
    ASSERT_TRUE(read(3)) << "the operation is accepted";
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(3).status) << "a self-posted packet";
    ASSERT_TRUE(port_.write(device_, 4, "x", 1));
    EXPECT_EQ(DWORD{ERROR_NO_DATA}, recording_.waitForToken(4).status);
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(4u, recording_.count());
}

TEST_F(NamedPipeTest, PeerThatGoesLeavesWhatItHasWritten) {
    put(peer_, "testament");
    peer_.reset();
    ASSERT_TRUE(read(1));
    EXPECT_EQ("testament", received(recording_.waitForToken(1)));
    ASSERT_TRUE(read(2));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(2).status);
}

TEST(NamedPipeDirectionTest, WhatTheHandleDoesNotAllowIsACompletion) {
    Recording recording;
    TestPort port{recording};
    const std::wstring name = newPipeName();
    win32::Handle server{::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_OUTBOUND | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
                                            1, 4096, 4096, 0, nullptr)};
    const win32::Handle client{::CreateFileW(name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
    ASSERT_TRUE(server && client);
    const Device::Key device = add(port, std::move(server));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording.waitForToken(1).status);
}

// --- Bounds ---------------------------------------------------------------------------------------------------------

TEST(NamedPipeBoundsTest, OperationsBeyondTheCeilingAreRefusedAndLaterNot) {
    Recording recording;
    TestPort port{recording, portSettings(1, 3)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[4];
    for (std::uint64_t token = 0; token < 3; ++token) {
        ASSERT_TRUE(port.read(device, token, &buffer[token], 1));
    }
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(code(EngineError::kOperationLimit), port.read(device, 9, &buffer[3], 1).error());
    }
    put(ends.client, "a");
    ASSERT_EQ(0u, recording.waitForToken(0).status);
    EXPECT_TRUE(port.read(device, 3, &buffer[3], 1));
    EXPECT_EQ(code(EngineError::kOperationLimit), port->post(0, 0, 9).error()) << "posted packets count, too";
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(4u, recording.count());
    EXPECT_TRUE(recording.recordsOf(9).empty());
}

TEST(NamedPipeBoundsTest, OneSlotIsEnoughForAListenerThatContinues) {
    constexpr std::uint64_t kRounds = 200;
    Recording recording;
    char buffer[16];
    std::atomic<int> refused{0};
    TestPort* used = nullptr;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        const CompletionRecord record = records.front();
        if (record.status != 0) {
            return;
        }
        // Echoes what it has read, then reads again.
        refused += record.opcode == Opcode::kRead ? !used->write(record.key, record.token, buffer, record.bytes)
                                                  : !used->read(record.key, record.token + 1, buffer, sizeof(buffer));
    };
    TestPort port{recording, portSettings(1, 1)};
    used = &port;
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    ASSERT_TRUE(port.read(device, 0, buffer, sizeof(buffer)));
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        const std::string said = std::to_string(round);
        put(ends.client, said);
        ASSERT_EQ(said, get(ends.client, 16));
    }
    ASSERT_TRUE(recording.waitForCount(2 * kRounds));
    ASSERT_TRUE(waitFor([&] { return port->operations().inFlight() == 1; })) << "the next read";
    EXPECT_EQ(0, refused.load());
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(2 * kRounds + 1, recording.count());
}

// --- Two ports ------------------------------------------------------------------------------------------------------

TEST(NamedPipePingPongTest, GoesToAndFroBetweenTwoPorts) {
    constexpr std::uint32_t kRounds = 300;
    struct Player {
        Recording recording;
        std::unique_ptr<TestPort> port;
        Device::Key device = 0;
        std::uint32_t received = 0;
        std::uint32_t sent = 0;
        std::atomic<std::uint32_t> played{0};
    };
    std::array<Player, 2> players;
    PipeEnds ends;
    for (Player& player : players) {
        player.recording.onDelivery = [&player](unsigned, std::span<const CompletionRecord> records) {
            for (const CompletionRecord& record : records) {
                if (record.opcode != Opcode::kRead || record.status != 0) {
                    continue;
                }
                EXPECT_EQ(sizeof(player.received), record.bytes);
                player.sent = player.received + 1;
                player.played = player.sent;
                if (player.sent <= kRounds) {
                    EXPECT_TRUE(player.port->read(player.device, 1, &player.received, sizeof(player.received)));
                    EXPECT_TRUE(player.port->write(player.device, 2, &player.sent, sizeof(player.sent)));
                }
            }
        };
        player.port = std::make_unique<TestPort>(player.recording, portSettings(1, 4));
        player.device = add(*player.port, std::move(&player == &players[0] ? ends.server : ends.client));
    }
    for (Player& player : players) {
        ASSERT_TRUE(player.port->read(player.device, 1, &player.received, sizeof(player.received)));
    }
    ASSERT_TRUE(players[0].port->write(players[0].device, 2, &players[0].sent, sizeof(players[0].sent)));
    EXPECT_TRUE(waitFor([&] { return std::max(players[0].played, players[1].played) > kRounds; }));
}

}  // namespace
}  // namespace iocp4j
