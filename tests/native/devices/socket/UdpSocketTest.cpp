#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/UdpSockets.h"

namespace iocp4j {
namespace {

using namespace test;

using UdpSocketTest = UdpSocketFixture;

TEST_F(UdpSocketTest, ReceivesWithTheSender) {
    for (std::uint64_t token = 1; token <= 2; ++token) {
        // The first receive waits, the second one finds the datagram.
        if (token == 2) {
            throwIn("hello");
        }
        ASSERT_TRUE(receive(token, buffer_, sender_));
        if (token == 1) {
            throwIn("hello");
        }
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(5u, record.bytes);
        EXPECT_EQ(Opcode::kReceiveFrom, record.opcode);
        EXPECT_EQ(DeviceKind::kUdpSocket, record.kind);
        EXPECT_EQ("hello", std::string(buffer_.data(), 5));
        EXPECT_EQ(int{sizeof(sockaddr_in)}, sender_.length);
        EXPECT_EQ(plainNumber_, portOf(*win32::SocketAddress::parse({sender_.address, sizeof(sockaddr_in)})));
    }
}

TEST_F(UdpSocketTest, Sends) {
    ASSERT_TRUE(send(1, std::string_view{"good"}, peerAt(loopback(plainNumber_))));
    EXPECT_EQ("good", plain_.receive(4));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(4u, record.bytes);
    EXPECT_EQ(Opcode::kSendTo, record.opcode);
}

TEST_F(UdpSocketTest, ReportsADatagramThatDidNotFit) {
    for (std::uint64_t token = 1; token <= 2; ++token) {
        if (token == 2) {
            throwIn("too long");
        }
        ASSERT_TRUE(receive(token, std::span{buffer_}.first(3), sender_));
        if (token == 1) {
            throwIn("too long");
        }
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(DWORD{WSAEMSGSIZE}, record.status);
        EXPECT_EQ(3u, record.bytes);
        EXPECT_EQ("too", std::string(buffer_.data(), 3));
        EXPECT_EQ(0, buffer_[3]);
    }
    throwIn("next");
    ASSERT_TRUE(receive(3, buffer_, sender_));
    EXPECT_EQ(4u, recording_.waitForToken(3).bytes) << "the rest of the long one is lost";
    EXPECT_EQ(3u, recording_.count()) << "one completion each";
}

// WSARecvFrom does not tell reliably whether a packet follows a datagram that did not fit.
TEST_F(UdpSocketTest, DoesNotCompleteInline) {
    {
        const Share<Device> share{device_};
        EXPECT_EQ(DWORD{WSAEOPNOTSUPP}, share->completeInline());
        EXPECT_FALSE(share->completesInline());
        EXPECT_FALSE(share->skipsPackets() && isBound());
    }
    ASSERT_TRUE(receive(1, buffer_, sender_));
    throwIn("x");
    EXPECT_EQ(1u, recording_.waitForToken(1).bytes) << "it works as before";
}

TEST(UdpSocketFailureTest, TruncationAtOnceIsOneCompletionWhetherAPacketFollowsOrNot) {
    // On a system where the kernel queues no packet.
    FakeCall<&win32::Calls::wsaRecvFrom> wsaRecvFrom{[&](auto...) { return failing(WSAEMSGSIZE), SOCKET_ERROR; }};
    Recording recording;
    TestPort port{recording};
    const Device::Key device = openUdp(port);
    char buffer[7];
    UdpSocket::Peer sender{};
    ASSERT_TRUE(port.submit(device, Opcode::kReceiveFrom, 1, [&](Device& target, Operation& operation) {
        return static_cast<UdpSocket&>(target).receiveFrom(operation, buffer, sender);
    }));
    const CompletionRecord record = recording.waitForToken(1);
    EXPECT_EQ(DWORD{WSAEMSGSIZE}, record.status);
    EXPECT_EQ(7u, record.bytes);
}

TEST_F(UdpSocketTest, EmptyDatagramIsASuccess) {
    ASSERT_TRUE(receive(1, buffer_, sender_));
    throwIn("");
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(0u, record.bytes);
    ASSERT_TRUE(send(2, {}, peerAt(loopback(plainNumber_))));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    char byte;
    EXPECT_EQ(0, ::recv(plain_.get(), &byte, 1, 0));
}

TEST_F(UdpSocketTest, BadTargetsAreCompletions) {
    UdpSocket::Peer target = peerAt(loopback(plainNumber_));
    for (const std::int32_t length : {0, 1, 15, 17, 128, 129, -1, INT32_MIN, INT32_MAX}) {
        target.length = length;
        const std::uint64_t token = 1'000 + static_cast<std::uint64_t>(std::int64_t{length} & 0xffff'ffff);
        ASSERT_TRUE(send(token, std::string_view{"x"}, target));
        EXPECT_NE(0u, recording_.waitForToken(token).status) << length;
    }
}

TEST_F(UdpSocketTest, CloseAndCancelCompleteWhatIsInFlight) {
    std::array<UdpSocket::Peer, 4> senders{};
    for (std::uint64_t token = 0; token < 4; ++token) {
        ASSERT_TRUE(receive(token, buffer_, senders[token]));
    }
    {
        const Share<Device> share{device_};
        share->cancelAll();
    }
    for (std::uint64_t token = 0; token < 4; ++token) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(token).status);
    }
    ASSERT_TRUE(receive(10, buffer_, sender_));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(10).status);
}

TEST_F(UdpSocketTest, SpeaksIpv6) {
    const Device::Key six = openUdp(port_, AF_INET6);
    const UdpSocket::Peer self = peerAt(loopback(udpNumberOf(six), AF_INET6));
    ASSERT_TRUE(port_.submit(six, Opcode::kReceiveFrom, 1, [&](Device& target, Operation& operation) {
        return static_cast<UdpSocket&>(target).receiveFrom(operation, buffer_, sender_);
    }));
    ASSERT_TRUE(port_.submit(six, Opcode::kSendTo, 2, [&](Device& socket, Operation& operation) {
        return static_cast<UdpSocket&>(socket).sendTo(operation, std::string_view{"six"}, self);
    }));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_EQ(3u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(int{sizeof(sockaddr_in6)}, sender_.length);
}

// --- Bound later ----------------------------------------------------------------------------------------------------

TEST_F(UdpSocketTest, BindsLater) {
    const Device::Key later = openUdp(port_, AF_INET, false);
    with(later, [&](UdpSocket& udp) {
        EXPECT_EQ(DWORD{WSAEINVAL}, udp.localAddress().error());
        EXPECT_EQ(0u, udp.bind(loopback(0)));
        EXPECT_NE(0, portOf(*udp.localAddress()));
        EXPECT_EQ(DWORD{WSAEINVAL}, udp.bind(loopback(0))) << "it is bound already";
        EXPECT_EQ(0u, *udp.get(SocketOption::kExclusive)) << "settings are the caller's";
    });
}

TEST_F(UdpSocketTest, FirstSendBinds) {
    const Device::Key later = openUdp(port_, AF_INET, false);
    const UdpSocket::Peer target = peerAt(loopback(plainNumber_));
    ASSERT_TRUE(port_.submit(later, Opcode::kSendTo, 1, [&](Device& socket, Operation& operation) {
        return static_cast<UdpSocket&>(socket).sendTo(operation, std::string_view{"first"}, target);
    }));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ("first", plain_.receive(5));
    EXPECT_NE(0, udpNumberOf(later));
}

TEST_F(UdpSocketTest, BindToATakenAddressFails) {
    const Device::Key later = openUdp(port_, AF_INET, false);
    with(later, [&](UdpSocket& udp) {
        EXPECT_EQ(0u, udp.set({SocketOption::kExclusive, 1}));
        EXPECT_EQ(DWORD{WSAEADDRINUSE}, udp.bind(loopback(number_)));
        EXPECT_EQ(0u, udp.bind(loopback(0))) << "it can still be bound elsewhere";
    });
}

// --- Peek -----------------------------------------------------------------------------------------------------------

TEST_F(UdpSocketTest, PeekLeavesTheDatagram) {
    for (std::uint64_t token = 1; token <= 2; ++token) {
        // Once waiting, once with the datagram there, which the first one has left.
        ASSERT_TRUE(peek(token, buffer_, sender_));
        if (token == 1) {
            throwIn("stays");
        }
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(5u, record.bytes);
        EXPECT_EQ(Opcode::kReceiveFrom, record.opcode);
        EXPECT_EQ("stays", text(5));
        EXPECT_EQ(plainNumber_, portOf(*win32::SocketAddress::parse({sender_.address, sizeof(sockaddr_in)})));
    }
    buffer_.fill('\0');
    ASSERT_TRUE(receive(3, buffer_, sender_));
    EXPECT_EQ(5u, recording_.waitForToken(3).bytes);
    EXPECT_EQ("stays", text(5));
}

TEST_F(UdpSocketTest, PeekReportsADatagramThatDoesNotFit) {
    for (const std::size_t room : {std::size_t{0}, std::size_t{3}}) {
        for (std::uint64_t token = 1; token <= 2; ++token) {
            const std::uint64_t own = 10 * room + token;
            ASSERT_TRUE(peek(own, std::span{buffer_}.first(room), sender_));
            if (token == 1) {
                throwIn("too long");
            }
            const CompletionRecord record = recording_.waitForToken(own);
            EXPECT_EQ(DWORD{WSAEMSGSIZE}, record.status);
            EXPECT_EQ(room, record.bytes);
            EXPECT_EQ(plainNumber_, portOf(*win32::SocketAddress::parse({sender_.address, sizeof(sockaddr_in)})));
        }
        ASSERT_TRUE(receive(100 + room, buffer_, sender_));
        EXPECT_EQ(8u, recording_.waitForToken(100 + room).bytes) << "all of it is still there";
    }
}

TEST_F(UdpSocketTest, CloseAndCancelCompletePeeksInFlight) {
    const auto operation = peek(1, buffer_, sender_);
    ASSERT_TRUE(operation);
    EXPECT_TRUE(port_.cancel(device_, *operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    ASSERT_TRUE(peek(2, buffer_, sender_));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
}

// --- Multicast ------------------------------------------------------------------------------------------------------

TEST_F(UdpSocketTest, ReceivesFromAGroupUntilItLeaves) {
    const auto any = [](std::uint16_t number) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = ::htons(number);
        return win32::SocketAddress::copyOf(reinterpret_cast<sockaddr*>(&address), sizeof(address));
    };
    const auto member = UdpSocket::open(*port_, {L"member", any(0), {}});
    ASSERT_EQ(0u, member.error());
    sockaddr_in group{};
    group.sin_family = AF_INET;
    group.sin_addr.s_addr = ::htonl(0xef01'0203);  // 239.1.2.3
    group.sin_port = ::htons(udpNumberOf(*member));
    const Membership membership{
        win32::SocketAddress::copyOf(reinterpret_cast<sockaddr*>(&group), sizeof(group)), {}, INADDR_LOOPBACK};
    const auto change = [&](MembershipChange what) {
        return with(*member, [&](UdpSocket& udp) { return udp.change(what, membership); });
    };
    ASSERT_EQ(0u, change(MembershipChange::kJoin));
    EXPECT_NE(0u, change(MembershipChange::kJoin)) << "once only";
    EXPECT_EQ(0u, with(device_, [](UdpSocket& udp) {
                  return udp.set({SocketOption::kMulticastInterface, INADDR_LOOPBACK});
              }));
    ASSERT_TRUE(port_.submit(*member, Opcode::kReceiveFrom, 1, [&](Device& target, Operation& operation) {
        return static_cast<UdpSocket&>(target).receiveFrom(operation, buffer_, sender_);
    }));
    ASSERT_TRUE(send(2, std::string_view{"all"}, peerAt(membership.group)));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_EQ(3u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(number_, portOf(*win32::SocketAddress::parse({sender_.address, sizeof(sockaddr_in)})));
    EXPECT_EQ(0u, change(MembershipChange::kLeave));
    EXPECT_NE(0u, change(MembershipChange::kLeave)) << "it is no member any more";
}

}  // namespace
}  // namespace iocp4j
