#include <gtest/gtest.h>
#include <mswsock.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenSockets.h"
#include "../../fixtures/StreamDevice.h"
#include "devices/socket/StreamSocket.h"

namespace iocp4j {
namespace {

using namespace test;

// --- Reading and writing --------------------------------------------------------------------------------------------

TEST_F(StreamSocketTest, ReadsWhatIsThereAndWhatComesLater) {
    peer_.send("hello");
    ASSERT_TRUE(read(1));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kRead, record.opcode);
    EXPECT_EQ(DeviceKind::kStreamSocket, record.kind);
    EXPECT_EQ(device_, record.key);
    EXPECT_EQ("hello", received(record));
    ASSERT_TRUE(read(2));
    peer_.send("later");
    EXPECT_EQ("later", received(recording_.waitForToken(2)));
}

TEST_F(StreamSocketTest, Writes) {
    ASSERT_TRUE(port_.write(device_, 1, "good", 4));
    EXPECT_EQ("good", peer_.receive(4));
    EXPECT_EQ(4u, recording_.waitForToken(1).bytes);
}

TEST_F(StreamSocketTest, ReadsAndWritesSeveralBuffers) {
    std::array<char, 3> one{};
    std::array<char, 5> two{};
    std::array parts{WSABUF{3, one.data()}, WSABUF{5, two.data()}};
    peer_.send("abcdefgh");
    ASSERT_TRUE(submit(port_, device_, Opcode::kRead, 1,
                       [&](StreamSocket& socket, Operation& operation) { return socket.readInto(operation, parts); }));
    EXPECT_EQ(8u, recording_.waitForToken(1).bytes);
    EXPECT_EQ("abc", std::string(one.data(), 3));
    EXPECT_EQ("defgh", std::string(two.data(), 5));
    ASSERT_TRUE(submit(port_, device_, Opcode::kWrite, 2,
                       [&](StreamSocket& socket, Operation& operation) { return socket.writeFrom(operation, parts); }));
    EXPECT_EQ("abcdefgh", peer_.receive(8));
    EXPECT_EQ(8u, recording_.waitForToken(2).bytes);
}

TEST_F(StreamSocketTest, EndOfThePeersDataIsASuccessWithoutBytes) {
    peer_.send("last");
    peer_.close();
    ASSERT_TRUE(read(1));
    EXPECT_EQ("last", received(recording_.waitForToken(1)));
    for (std::uint64_t token = 2; token < 4; ++token) {
        ASSERT_TRUE(read(token));
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(0u, record.bytes);
    }
}

TEST_F(StreamSocketTest, ResetByThePeerHasWinsocksCode) {
    ASSERT_TRUE(read(1));
    peer_.reset();
    EXPECT_EQ(DWORD{WSAECONNRESET}, recording_.waitForToken(1).status);
    ASSERT_TRUE(port_.write(device_, 2, "x", 1));
    EXPECT_EQ(DWORD{WSAECONNRESET}, recording_.waitForToken(2).status);
}

TEST_F(StreamSocketTest, CancelledReadLeavesTheData) {
    const auto operation = read(1);
    ASSERT_TRUE(operation);
    EXPECT_TRUE(port_.cancel(device_, *operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    peer_.send("kept");
    ASSERT_TRUE(read(2));
    EXPECT_EQ("kept", received(recording_.waitForToken(2)));
}

TEST_F(StreamSocketTest, ShutdownEndsOneDirection) {
    const Share<Device> share{device_};
    EXPECT_EQ(0u, static_cast<StreamSocket&>(*share).shutdownOutput());
    EXPECT_TRUE(peer_.atEnd());
    ASSERT_TRUE(port_.write(device_, 1, "x", 1));
    EXPECT_EQ(DWORD{WSAESHUTDOWN}, recording_.waitForToken(1).status);
    peer_.send("still");
    ASSERT_TRUE(read(2));
    EXPECT_EQ("still", received(recording_.waitForToken(2)));
}

TEST_F(StreamSocketTest, ShutdownOfTheInputEndsReadsInFlightAndLaterOnes) {
    const auto shutdownInput = [&] {
        const Share<Device> share{device_};
        return static_cast<StreamSocket&>(*share).shutdownInput();
    };
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(read(2));
    ASSERT_TRUE(read(3, 0));
    EXPECT_EQ(0u, shutdownInput());
    ASSERT_TRUE(read(4));
    ASSERT_TRUE(read(5, 0));
    for (std::uint64_t token = 1; token <= 5; ++token) {
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status) << token;
        EXPECT_EQ(0u, record.bytes) << token;
        EXPECT_EQ(0u, record.detail) << "the end, also for a read without room: " << token;
    }
    EXPECT_EQ(0u, shutdownInput()) << "twice is harmless";
    ASSERT_TRUE(port_.write(device_, 6, "still", 5));
    EXPECT_EQ("still", peer_.receive(5));
    ASSERT_TRUE(disconnect(port_, device_, 7, true));
    EXPECT_EQ(0u, recording_.waitForToken(7).status);
}

// What Windows does: shutdown() leaves the read in flight, and a later read fails.
TEST(StreamSocketShutdownTest, ReadsOfWindowsEndPredictably) {
    FakeCall<&win32::Calls::shutdown> shutdown{[](SOCKET, int how) {
        EXPECT_EQ(SD_RECEIVE, how);
        return 0;
    }};
    std::atomic<bool> fails{false};
    FakeCall<&win32::Calls::wsaRecv> wsaRecv{[&](SOCKET socket, auto... rest) {
        if (fails) {
            ::WSASetLastError(WSAESHUTDOWN);
            return SOCKET_ERROR;
        }
        return decltype(wsaRecv)::real(socket, rest...);
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    // A read that starts after shutdown(), but does not know of it yet.
    fails = true;
    ASSERT_TRUE(port.read(device, 2, buffer, sizeof(buffer)));
    fails = false;
    const CompletionRecord refused = recording.waitForToken(2);
    EXPECT_EQ(0u, refused.status);
    EXPECT_EQ(0u, refused.bytes);
    EXPECT_TRUE(recording.recordsOf(1).empty());
    const Share<Device> share{device};
    EXPECT_EQ(0u, static_cast<StreamSocket&>(*share).shutdownInput());
    const CompletionRecord inFlight = recording.waitForToken(1);
    EXPECT_EQ(0u, inFlight.status);
    EXPECT_EQ(0u, inFlight.bytes);
}

TEST(StreamSocketShutdownTest, RefusedShutdownOfTheInputChangesNothing) {
    FakeCall<&win32::Calls::shutdown> shutdown{[](SOCKET, int) {
        ::WSASetLastError(WSAENOTCONN);
        return SOCKET_ERROR;
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    {
        const Share<Device> share{device};
        EXPECT_EQ(DWORD{WSAENOTCONN}, static_cast<StreamSocket&>(*share).shutdownInput());
    }
    ends.peer.send("data");
    EXPECT_EQ(4u, recording.waitForToken(1).bytes);
    const auto operation = port.read(device, 2, buffer, sizeof(buffer));
    ASSERT_TRUE(operation);
    EXPECT_TRUE(port.cancel(device, *operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(2).status);
}

TEST_F(StreamSocketTest, CountsWhatHasArrived) {
    const auto available = [&] {
        const Share<Device> share{device_};
        const auto bytes = static_cast<StreamSocket&>(*share).available();
        return bytes ? static_cast<int>(*bytes) : -static_cast<int>(bytes.error());
    };
    EXPECT_EQ(0, available());
    ASSERT_TRUE(read(1, 0));
    peer_.send("12345");
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(5, available());
    ASSERT_TRUE(read(2, 3));
    EXPECT_EQ(3u, recording_.waitForToken(2).bytes);
    EXPECT_EQ(2, available());
    {
        const Share<Device> share{device_};
        EXPECT_EQ(0u, static_cast<StreamSocket&>(*share).shutdownInput());
    }
    EXPECT_EQ(0, available()) << "they cannot be read any more";
}

TEST(StreamSocketAvailableTest, FailsWithWinsocksError) {
    FakeCall<&win32::Calls::ioctlSocket> ioctlSocket{[](SOCKET, long command, u_long*) {
        EXPECT_EQ(static_cast<long>(FIONREAD), command);
        ::WSASetLastError(WSAENETDOWN);
        return SOCKET_ERROR;
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Share<Device> share{add(port, std::move(ends.device))};
    EXPECT_EQ(DWORD{WSAENETDOWN}, static_cast<StreamSocket&>(*share).available().error());
}

// --- Closing --------------------------------------------------------------------------------------------------------

TEST_F(StreamSocketTest, CloseCompletesWhatIsInFlight) {
    for (std::uint64_t token = 0; token < 8; ++token) {
        ASSERT_TRUE(read(token));
    }
    EXPECT_TRUE(closed(device_));
    for (std::uint64_t token = 0; token < 8; ++token) {
        EXPECT_EQ(kHandlesClosed, recording_.waitForToken(token).status);
    }
    EXPECT_TRUE(peer_.atEnd());
}

// A socket that is closed with a write in flight may never complete its operations. Therefore they are cancelled first.
TEST_F(StreamSocketTest, CloseWithAWriteInFlightCompletesEverything) {
    const std::string much(8'000'000, 'x');
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(port_.write(device_, 2, much.data(), static_cast<std::uint32_t>(much.size())));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    const CompletionRecord write = recording_.waitForToken(2);
    EXPECT_TRUE(write.status == kHandlesClosed || write.status == ERROR_SUCCESS) << write.status;
}

TEST(StreamSocketCloseTest, HandleIsClosedAfterTheLastCompletion) {
    std::atomic<bool> closedEarly{false};
    std::atomic<int> closes{0};
    SOCKET watched = INVALID_SOCKET;
    const Recording* recorded = nullptr;
    FakeCall<&win32::Calls::closeSocket> closeSocket{[&](SOCKET socket) {
        if (socket == watched) {
            ++closes;
            closedEarly = recorded->recordsOf(1).empty();
        }
        return decltype(closeSocket)::real(socket);
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    recorded = &recording;
    watched = win32::socketOf(ends.device.get());
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1, closes.load()) << "closed as a socket, once";
    EXPECT_FALSE(closedEarly);
}

// --- First data -----------------------------------------------------------------------------------------------------

TEST(FirstDataTest, IsTakenPieceByPiece) {
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    StreamSocket::Accepted accepted{loopback(1), loopback(2), std::make_unique<char[]>(5), 5};
    std::copy_n("first", 5, accepted.first.get());
    StreamSocket socket{*port, L"accepted", std::move(ends.device), std::move(accepted)};
    char buffer[8]{};
    EXPECT_EQ(2u, socket.takeFirst({buffer, 2}));
    EXPECT_EQ(0u, socket.takeFirst({buffer, 0}));
    EXPECT_EQ(3u, socket.takeFirst({buffer + 2, 6}));
    EXPECT_STREQ("first", buffer);
    EXPECT_EQ(0u, socket.takeFirst(buffer));
}

// --- Failures -------------------------------------------------------------------------------------------------------

TEST(StreamSocketFailureTest, WhatFailsAtOnceIsACompletionToo) {
    FakeCall<&win32::Calls::wsaRecv> wsaRecv{[&](auto...) { return failing(WSAENOTCONN), SOCKET_ERROR; }};
    FakeCall<&win32::Calls::wsaSend> wsaSend{[&](auto...) { return failing(WSAENOBUFS), SOCKET_ERROR; }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4]{};
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    ASSERT_TRUE(port.write(device, 2, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{WSAENOTCONN}, recording.waitForToken(1).status);
    EXPECT_EQ(DWORD{WSAENOBUFS}, recording.waitForToken(2).status);
}

TEST(StreamSocketFailureTest, SocketThatCannotBeBoundIsClosed) {
    const OpenSockets open;
    Recording recording;
    TestPort port{recording};
    const PlainSocket holder;
    const std::uint16_t taken = holder.listen();
    const SocketSettings exclusive{{SocketOption::kExclusive, 1}};
    EXPECT_EQ(DWORD{WSAEADDRINUSE}, StreamSocket::open(*port, {L"x", loopback(taken), exclusive}).error());
    const SocketSettings unknown{{static_cast<SocketOption>(99), 1}};
    EXPECT_NE(0u, StreamSocket::open(*port, {L"x", loopback(0), unknown}).error());
    EXPECT_EQ(1, open.count()) << "the socket that occupies the port";
}

}  // namespace
}  // namespace iocp4j
