#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/SocketEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/socket/UdpSocket.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr DWORD kHandlesClosed = 676;

UdpSocket::Peer peerAt(const win32::SocketAddress& address) {
    UdpSocket::Peer peer{};
    peer.length = address.length();
    std::memcpy(peer.address, address.raw(), static_cast<std::size_t>(address.length()));
    return peer;
}

Device::Key open(const TestPort& port, int family = AF_INET) {
    const auto device = UdpSocket::open(*port, {L"udp", loopback(0, family), {}});
    EXPECT_EQ(0u, device.error());
    return *device;
}

std::uint16_t numberOf(Device::Key socket) {
    const Share<Device> share{socket};
    return portOf(*static_cast<Socket&>(*share).localAddress());
}

class UdpSocketTest : public ::testing::Test {
protected:
    UdpSocketTest() : device_(open(port_)), number_(numberOf(device_)) { plainNumber_ = plain_.bind(); }

    auto receive(std::uint64_t token, std::span<char> buffer, UdpSocket::Peer& sender) {
        return port_.submit(device_, Opcode::kReceiveFrom, token, [&](Device& target, Operation& operation) {
            return static_cast<UdpSocket&>(target).receiveFrom(operation, buffer, sender);
        });
    }

    auto send(std::uint64_t token, std::span<const char> data, const UdpSocket::Peer& target) {
        return port_.submit(device_, Opcode::kSendTo, token, [&](Device& socket, Operation& operation) {
            return static_cast<UdpSocket&>(socket).sendTo(operation, data, target);
        });
    }

    // Sends from the blocking socket to the device.
    void throwIn(const std::string& data) {
        const win32::SocketAddress to = loopback(number_);
        EXPECT_EQ(static_cast<int>(data.size()),
                  ::sendto(plain_.get(), data.data(), static_cast<int>(data.size()), 0, to.raw(), to.length()));
    }

    Recording recording_;
    TestPort port_{recording_};
    Device::Key device_;
    std::uint16_t number_;
    const PlainSocket plain_{AF_INET, SOCK_DGRAM};
    std::uint16_t plainNumber_ = 0;
    std::array<char, 16> buffer_{};
    UdpSocket::Peer sender_{};
};

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
    const Device::Key device = open(port);
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
    const Device::Key six = open(port_, AF_INET6);
    const UdpSocket::Peer self = peerAt(loopback(numberOf(six), AF_INET6));
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

TEST_F(UdpSocketTest, HasNoStreamOperations) {
    ASSERT_TRUE(port_.read(device_, 1, buffer_.data(), 4));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording_.waitForToken(1).status);
}

}  // namespace
}  // namespace iocp4j
