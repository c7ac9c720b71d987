#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../fixtures/Concurrently.h"
#include "../fixtures/FakeCall.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/TestPort.h"
#include "../fixtures/Turnstile.h"
#include "devices/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

// How an operation may end whose device is closed. Windows says 995; other codes have been seen elsewhere.
bool isEndOfClosing(std::uint32_t status) {
    constexpr DWORD kHandlesClosed = 676;
    return status == ERROR_OPERATION_ABORTED || status == ERROR_BROKEN_PIPE || status == ERROR_NO_DATA ||
           status == ERROR_PIPE_NOT_CONNECTED || status == ERROR_INVALID_HANDLE || status == kHandlesClosed;
}

Device::Key add(const TestPort& port, win32::Handle handle) {
    const auto device = port->add(std::make_unique<NamedPipe>(*port, L"pipe", std::move(handle)));
    EXPECT_EQ(0u, device.error());
    return *device;
}

void put(const win32::Handle& pipe, const std::string& data) {
    DWORD written = 0;
    EXPECT_TRUE(::WriteFile(pipe.get(), data.data(), static_cast<DWORD>(data.size()), &written, nullptr));
    EXPECT_EQ(data.size(), written);
}

std::string get(const win32::Handle& pipe, std::size_t length = 256) {
    std::string data(length, '\0');
    DWORD read = 0;
    EXPECT_TRUE(::ReadFile(pipe.get(), data.data(), static_cast<DWORD>(length), &read, nullptr)) << ::GetLastError();
    data.resize(read);
    return data;
}

// A device at one end of a pipe, a plain blocking handle at the other.
class NamedPipeTest : public ::testing::Test {
protected:
    explicit NamedPipeTest(PipeKind kind = PipeKind::kBytes) : ends_(kind, 4096, 0) {
        device_ = add(port_, std::move(ends_.server));
        peer_ = std::move(ends_.client);
    }

    auto read(std::uint64_t token, std::uint32_t length = 64) {
        return port_.read(device_, token, buffers_[token].data(), length);
    }

    std::string received(const CompletionRecord& record) const { return {buffers_[record.token].data(), record.bytes}; }

    Recording recording_;
    TestPort port_{recording_};
    PipeEnds ends_;
    Device::Key device_ = 0;
    win32::Handle peer_;
    std::vector<std::array<char, 64>> buffers_ = std::vector<std::array<char, 64>>(64);
};

class MessagePipeTest : public NamedPipeTest {
protected:
    MessagePipeTest() : NamedPipeTest(PipeKind::kMessages) {}
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

TEST_F(MessagePipeTest, ReadsMessagesOneByOne) {
    put(peer_, "one");
    put(peer_, "three");
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(read(2));
    EXPECT_EQ("one", received(recording_.waitForToken(1)));
    EXPECT_EQ("three", received(recording_.waitForToken(2)));
}

// The call says ERROR_MORE_DATA, and a packet follows all the same.
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
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(2).status) << "a packet of the kernel's";
    ASSERT_TRUE(read(3)) << "accepted is accepted";
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(3).status) << "one of our own";
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

// --- Cancelling -----------------------------------------------------------------------------------------------------

TEST_F(NamedPipeTest, CancelsOneByItsId) {
    std::vector<OperationId> ids;
    for (std::uint64_t token = 0; token < 3; ++token) {
        ids.push_back(*read(token));
    }
    EXPECT_TRUE(port_.cancel(device_, ids[1]));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    EXPECT_FALSE(port_.cancel(device_, ids[1])) << "it is over";
    put(peer_, "still");
    EXPECT_EQ("still", received(recording_.waitForToken(0))) << "the others are not meant";
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(3u, recording_.count());
}

TEST_F(NamedPipeTest, CancelsAWrite) {
    const std::string much(200'000, 'x');
    const auto id = port_.write(device_, 1, much.data(), static_cast<std::uint32_t>(much.size()));
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(device_, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
}

TEST_F(NamedPipeTest, CancelsAll) {
    for (std::uint64_t token = 0; token < 20; ++token) {
        ASSERT_TRUE(read(token));
    }
    {
        const Share<Device> share{device_};
        share->cancelAll();
        ASSERT_TRUE(recording_.waitForCount(20));
        share->cancelAll();
    }
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
    }
    put(peer_, "on");
    ASSERT_TRUE(read(30));
    EXPECT_EQ("on", received(recording_.waitForToken(30))) << "the device goes on";
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(21u, recording_.count());
}

TEST_F(NamedPipeTest, CancelsNothingUnderAnotherDevicesName) {
    PipeEnds other{PipeKind::kBytes, 4096, 0};
    const Device::Key stranger = add(port_, std::move(other.server));
    const auto id = read(1);
    ASSERT_TRUE(id);
    EXPECT_FALSE(port_.cancel(stranger, *id));
    EXPECT_FALSE(port_.cancel(device_ + 1, *id));
    EXPECT_FALSE(port_.cancel(0, *id));
    put(peer_, "mine");
    EXPECT_EQ("mine", received(recording_.waitForToken(1)));
}

TEST_F(NamedPipeTest, CancelsNothingByAForgedId) {
    const auto id = read(1);
    ASSERT_TRUE(id);
    constexpr OperationId kSlot = 1;
    constexpr OperationId kGeneration = OperationId{1} << 24;
    constexpr OperationId kMark = OperationId{1} << 62;
    for (const OperationId forged :
         {OperationId{0}, OperationId{1}, ~OperationId{0}, *id + kSlot, *id + 200 * kSlot, *id | 0xff'ffff,
          *id + kGeneration, *id - kGeneration, *id ^ kMark, *id | (kMark << 1), *id ^ (kMark >> 1), device_}) {
        EXPECT_FALSE(port_.cancel(device_, forged)) << std::hex << forged;
    }
    put(peer_, "mine");
    EXPECT_EQ("mine", received(recording_.waitForToken(1)));
}

TEST(NamedPipeSlotTest, CancelsNothingByTheIdOfAnEarlierOperationInTheSamePlace) {
    Recording recording;
    TestPort port{recording, portSettings(1, 1)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[16];
    std::vector<OperationId> stale;
    for (std::uint64_t token = 0; token < 10; ++token) {
        ASSERT_TRUE(port.waitUntilIdle());
        const auto id = port.read(device, token, buffer, sizeof(buffer));
        ASSERT_TRUE(id);
        for (const OperationId earlier : stale) {
            EXPECT_NE(earlier, *id);
            EXPECT_FALSE(port.cancel(device, earlier));
        }
        put(ends.client, "x");
        EXPECT_EQ(0u, recording.waitForToken(token).status);
        stale.push_back(*id);
    }
    const auto posted = port->post(0, 0, 99);
    ASSERT_TRUE(posted);
    EXPECT_FALSE(port.cancel(device, *posted)) << "no device's";
}

// Some cancel whatever they can count up to, while others read. Each read has its completion, and no more.
TEST_F(NamedPipeTest, CancelsWhileThreadsRead) {
    constexpr std::uint64_t kReads = 300;
    char scratch[64];
    std::atomic<OperationId> latest{0};
    std::atomic<int> reading{2};
    concurrently(3, [&](unsigned thread) {
        if (thread == 2) {
            while (reading > 0) {
                (void)port_.cancel(device_, latest);
                std::this_thread::yield();
            }
            return;
        }
        for (std::uint64_t i = 0; i < kReads; ++i) {
            const std::uint64_t token = 1'000 * (thread + 1) + i;
            const auto id = port_.read(device_, token, scratch, sizeof(scratch));
            EXPECT_TRUE(id);
            latest = *id;
            if (!port_.cancel(device_, *id)) {
                (void)recording_.waitForToken(token);
            }
        }
        --reading;
    });
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(2 * kReads, recording_.count());
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
        EXPECT_TRUE(tokens.insert(record.token).second);
    }
}

// --- Closing --------------------------------------------------------------------------------------------------------

TEST(NamedPipeCloseTest, HandleIsClosedWhenTheListenerHasSeenEveryCompletion) {
    constexpr std::uint64_t kReads = 30;
    Recording recording;
    HANDLE handle = nullptr;
    std::atomic<int> closes{0};
    std::atomic<std::size_t> seenBefore{0};
    std::atomic<std::size_t> unpinnedBefore{0};
    FakeCall<&win32::Calls::closeHandle> closeHandle{[&](HANDLE closing) {
        if (closing == handle) {
            ++closes;
            seenBefore = recording.count();
            unpinnedBefore = recording.unpinned().size();
        }
        return decltype(closeHandle)::real(closing);
    }};
    recording.onDelivery = [](unsigned, auto) { ::Sleep(5); };
    TestPort port{recording};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    handle = ends.server.get();
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[kReads];
    for (std::uint64_t token = 0; token < kReads; ++token) {
        ASSERT_TRUE(port.read(device, token, &buffer[token], 1, &buffer[token]));
    }
    EXPECT_TRUE(recording.unpinned().empty()) << "the kernel may write yet";
    Device::close(device);
    EXPECT_EQ(code(Refusal::kDeviceClosed), port.read(device, 99, buffer, 1).error());
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_TRUE(recording.isClosed(device));
    EXPECT_EQ(1, closes.load());
    EXPECT_EQ(kReads, seenBefore.load());
    EXPECT_EQ(kReads, unpinnedBefore.load());
    EXPECT_EQ(kReads, recording.count());
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording.records()) {
        EXPECT_TRUE(isEndOfClosing(record.status)) << record.status;
        EXPECT_TRUE(tokens.insert(record.token).second);
    }
    handle = nullptr;
    EXPECT_TRUE(closed(device)) << "closing again is nothing";
}

TEST(NamedPipeCloseTest, CloseByManyThreadsIsOneClose) {
    for (int round = 0; round < 20; ++round) {
        Recording recording;
        HANDLE handle = nullptr;
        std::atomic<int> closes{0};
        FakeCall<&win32::Calls::closeHandle> closeHandle{[&](HANDLE closing) {
            closes += closing == handle;
            return decltype(closeHandle)::real(closing);
        }};
        TestPort port{recording};
        PipeEnds ends{PipeKind::kBytes, 4096, 0};
        handle = ends.server.get();
        const Device::Key device = add(port, std::move(ends.server));
        char buffer[4];
        for (std::uint64_t token = 0; token < 4; ++token) {
            ASSERT_TRUE(port.read(device, token, &buffer[token], 1));
        }
        concurrently(3, [&](unsigned) { EXPECT_TRUE(closed(device)); });
        EXPECT_EQ(1, closes.load());
        EXPECT_EQ(4u, recording.count());
        handle = nullptr;
    }
}

// Every read that is accepted has a completion, be the device closed before, during or after the call.
TEST(NamedPipeCloseTest, CloseWhileThreadsReadAndWriteLosesNothing) {
    for (int round = 0; round < 25; ++round) {
        Recording recording;
        TestPort port{recording, portSettings(2, 4'000)};
        PipeEnds ends{PipeKind::kBytes, 4096, 0};
        const Device::Key device = add(port, std::move(ends.server));
        static char scratch[64];
        std::atomic<std::uint64_t> accepted{0};
        concurrently(3, [&](unsigned thread) {
            if (thread == 0) {
                (void)waitFor([&] { return accepted.load() >= 30; });
                Device::close(device);
                return;
            }
            for (std::uint64_t i = 0; i < 3'000; ++i) {
                const std::uint64_t token = 100'000 * thread + i;
                const auto id = thread == 1 ? port.read(device, token, scratch, sizeof(scratch))
                                            : port.write(device, token, scratch, sizeof(scratch));
                if (!id) {
                    EXPECT_TRUE(id.error() == code(Refusal::kDeviceClosed) ||
                                id.error() == code(Refusal::kOperationLimit));
                    if (id.error() == code(Refusal::kDeviceClosed)) {
                        return;
                    }
                }
                accepted += bool{id};
            }
        });
        EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
        EXPECT_EQ(accepted.load(), recording.count());
        std::set<std::uint64_t> tokens;
        for (const CompletionRecord& record : recording.records()) {
            EXPECT_TRUE(tokens.insert(record.token).second);
        }
        EXPECT_EQ(0u, port->operations().inFlight());
        EXPECT_EQ(0u, port.foreignPackets());
    }
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
        EXPECT_EQ(code(Refusal::kOperationLimit), port.read(device, 9, &buffer[3], 1).error());
    }
    put(ends.client, "a");
    ASSERT_EQ(0u, recording.waitForToken(0).status);
    EXPECT_TRUE(port.read(device, 3, &buffer[3], 1));
    EXPECT_EQ(code(Refusal::kOperationLimit), port->post(0, 0, 9).error()) << "posted packets count, too";
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(4u, recording.count());
    EXPECT_TRUE(recording.recordsOf(9).empty());
}

TEST(NamedPipeBoundsTest, OnePlaceIsEnoughForAListenerThatGoesOn) {
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
