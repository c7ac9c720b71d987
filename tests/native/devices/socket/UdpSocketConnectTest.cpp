#include <gtest/gtest.h>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/UdpSockets.h"

namespace iocp4j {
namespace {

using namespace test;

using UdpSocketConnectTest = UdpSocketFixture;

TEST_F(UdpSocketConnectTest, ConnectedSocketReadsAndWrites) {
    ASSERT_EQ(0u, connect(device_, loopback(plainNumber_)));
    EXPECT_EQ(plainNumber_, with(device_, [](UdpSocket& udp) { return portOf(*udp.remoteAddress()); }));
    ASSERT_TRUE(port_.write(device_, 1, "to you", 6));
    EXPECT_EQ("to you", plain_.receive(6));
    CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(6u, record.bytes);
    EXPECT_EQ(Opcode::kWrite, record.opcode);
    for (std::uint64_t token = 2; token <= 3; ++token) {
        // Once waiting, once with the datagram there.
        if (token == 3) {
            throwIn("to me");
        }
        ASSERT_TRUE(read(token));
        if (token == 2) {
            throwIn("to me");
        }
        record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(5u, record.bytes);
        EXPECT_EQ(Opcode::kRead, record.opcode);
        EXPECT_EQ("to me", text(5));
    }
}

TEST_F(UdpSocketConnectTest, ConnectedSocketReceivesOnlyFromItsPeer) {
    ASSERT_EQ(0u, connect(device_, loopback(plainNumber_)));
    const PlainSocket other{AF_INET, SOCK_DGRAM};
    const win32::SocketAddress to = loopback(number_);
    ASSERT_TRUE(read(1));
    EXPECT_EQ(5, ::sendto(other.get(), "other", 5, 0, to.raw(), to.length()));
    throwIn("peer");
    EXPECT_EQ(4u, recording_.waitForToken(1).bytes);
    ASSERT_TRUE(receive(2, buffer_, sender_));
    throwIn("again");
    EXPECT_EQ(5u, recording_.waitForToken(2).bytes);
    EXPECT_EQ(plainNumber_, portOf(*win32::SocketAddress::parse({sender_.address, sizeof(sockaddr_in)})));
}

TEST_F(UdpSocketConnectTest, ConnectsToAnotherPeerAndDisconnects) {
    const PlainSocket other{AF_INET, SOCK_DGRAM};
    const std::uint16_t otherNumber = other.bind();
    // Linux, and so Wine, gives a port back at the disconnect that it has chosen itself.
    number_ = PlainSocket{AF_INET, SOCK_DGRAM}.bind();
    device_ = *UdpSocket::open(*port_, {L"udp", loopback(number_), {}});
    ASSERT_EQ(0u, connect(device_, loopback(plainNumber_)));
    ASSERT_EQ(0u, connect(device_, loopback(otherNumber)));
    ASSERT_TRUE(port_.write(device_, 1, "other", 5));
    EXPECT_EQ("other", other.receive(5));
    ASSERT_EQ(0u, disconnect(device_));
    EXPECT_EQ(DWORD{WSAENOTCONN}, with(device_, [](UdpSocket& udp) { return udp.remoteAddress().error(); }));
    EXPECT_EQ(number_, udpNumberOf(device_)) << "it keeps its port";
    ASSERT_TRUE(port_.write(device_, 2, "nobody", 6));
    EXPECT_NE(0u, recording_.waitForToken(2).status);
    ASSERT_TRUE(receive(3, buffer_, sender_));
    throwIn("anybody");
    EXPECT_EQ(7u, recording_.waitForToken(3).bytes);
    EXPECT_EQ(0u, disconnect(device_)) << "a socket without a peer";
}

TEST_F(UdpSocketConnectTest, ConnectBinds) {
    const Device::Key later = openUdp(port_, AF_INET, false);
    ASSERT_EQ(0u, connect(later, loopback(plainNumber_)));
    EXPECT_NE(0, udpNumberOf(later));
}

TEST_F(UdpSocketConnectTest, ConnectsOverIpv6) {
    const Device::Key six = openUdp(port_, AF_INET6);
    ASSERT_EQ(0u, connect(six, loopback(udpNumberOf(six), AF_INET6)));
    ASSERT_TRUE(port_.read(six, 1, buffer_.data(), 16));
    ASSERT_TRUE(port_.write(six, 2, "self", 4));
    EXPECT_EQ(4u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(0u, disconnect(six));
    EXPECT_EQ(DWORD{WSAENOTCONN}, with(six, [](UdpSocket& udp) { return udp.remoteAddress().error(); }));
}

TEST_F(UdpSocketConnectTest, OtherAddressFamiliesAreErrors) {
    EXPECT_NE(0u, connect(device_, loopback(plainNumber_, AF_INET6)));
    EXPECT_NE(0u, with(openUdp(port_, AF_INET, false), [](UdpSocket& udp) { return udp.bind(loopback(0, AF_INET6)); }));
}

TEST(UdpSocketConnectFailureTest, DisconnectsByAnAddressOfNoFamily) {
    int family = -1;
    int length = 0;
    FakeCall<&win32::Calls::connect> connect{[&](SOCKET, const sockaddr* address, int addressLength) {
        family = address->sa_family;
        length = addressLength;
        return 0;
    }};
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(0u, disconnect(openUdp(port)));
    EXPECT_EQ(AF_UNSPEC, family);
    EXPECT_EQ(int{sizeof(sockaddr_storage)}, length);
}

TEST(UdpSocketConnectFailureTest, WhatFailsAtOnceIsReported) {
    FakeCall<&win32::Calls::connect> refuse{[&](auto...) { return failing(WSAENETUNREACH), SOCKET_ERROR; }};
    FakeCall<&win32::Calls::wsaSend> wsaSend{[&](auto...) { return failing(WSAENOBUFS), SOCKET_ERROR; }};
    FakeCall<&win32::Calls::wsaRecv> wsaRecv{[&](auto...) { return failing(WSAECONNRESET), SOCKET_ERROR; }};
    FakeCall<&win32::Calls::wsaRecvFrom> wsaRecvFrom{[&](auto...) { return failing(WSAENETRESET), SOCKET_ERROR; }};
    Recording recording;
    TestPort port{recording};
    const Device::Key device = openUdp(port);
    EXPECT_EQ(DWORD{WSAENETUNREACH}, connect(device, loopback(1)));
    EXPECT_EQ(DWORD{WSAENETUNREACH}, disconnect(device));
    char buffer[4];
    UdpSocket::Peer sender{};
    ASSERT_TRUE(port.write(device, 1, "x", 1));
    ASSERT_TRUE(port.read(device, 2, buffer, sizeof(buffer)));
    ASSERT_TRUE(port.submit(device, Opcode::kReceiveFrom, 3, [&](Device& target, Operation& operation) {
        return static_cast<UdpSocket&>(target).receiveFrom(operation, buffer, sender, MSG_PEEK);
    }));
    EXPECT_EQ(DWORD{WSAENOBUFS}, recording.waitForToken(1).status);
    EXPECT_EQ(DWORD{WSAECONNRESET}, recording.waitForToken(2).status);
    EXPECT_EQ(DWORD{WSAENETRESET}, recording.waitForToken(3).status);
}

TEST_F(UdpSocketConnectTest, ReadReportsADatagramThatDoesNotFit) {
    ASSERT_EQ(0u, connect(device_, loopback(plainNumber_)));
    for (std::uint64_t token = 1; token <= 2; ++token) {
        if (token == 2) {
            throwIn("too long");
        }
        ASSERT_TRUE(read(token, 3));
        if (token == 1) {
            throwIn("too long");
        }
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(DWORD{WSAEMSGSIZE}, record.status);
        EXPECT_EQ(3u, record.bytes);
        EXPECT_EQ("too", text(3));
    }
    ASSERT_TRUE(read(3));
    throwIn("next");
    EXPECT_EQ(4u, recording_.waitForToken(3).bytes);
    EXPECT_EQ(3u, recording_.count()) << "one completion each";
}

TEST(UdpSocketConnectFailureTest, TruncatedReadIsOneCompletionWhetherAPacketFollowsOrNot) {
    FakeCall<&win32::Calls::wsaRecv> wsaRecv{[&](auto...) { return failing(WSAEMSGSIZE), SOCKET_ERROR; }};
    Recording recording;
    TestPort port{recording};
    char buffer[7];
    ASSERT_TRUE(port.read(openUdp(port), 1, buffer, sizeof(buffer)));
    const CompletionRecord record = recording.waitForToken(1);
    EXPECT_EQ(DWORD{WSAEMSGSIZE}, record.status);
    EXPECT_EQ(7u, record.bytes);
}

TEST_F(UdpSocketConnectTest, CloseAndCancelCompleteReadsInFlight) {
    ASSERT_EQ(0u, connect(device_, loopback(plainNumber_)));
    const auto operation = read(1);
    ASSERT_TRUE(operation);
    EXPECT_TRUE(port_.cancel(device_, *operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    ASSERT_TRUE(read(2));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
}

TEST_F(UdpSocketConnectTest, WriteWithoutAPeerFails) {
    ASSERT_TRUE(port_.write(device_, 1, "x", 1));
    EXPECT_NE(0u, recording_.waitForToken(1).status);
}

}  // namespace
}  // namespace iocp4j
