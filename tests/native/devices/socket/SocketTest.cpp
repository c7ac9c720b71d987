#include <gtest/gtest.h>

#include <atomic>
#include <climits>
#include <cstring>
#include <map>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenSockets.h"
#include "../../fixtures/SocketEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/socket/Socket.h"
#include "devices/socket/StreamSocket.h"
#include "devices/socket/UdpSocket.h"

namespace iocp4j {
namespace {

using namespace test;

// The numbers of Winsock, where not every SDK has their names.
constexpr int kTcpKeepIdle = 3;
constexpr int kTcpKeepCount = 16;
constexpr int kTcpKeepInterval = 17;
constexpr DWORD kSioUdpConnReset = 0x9800'000c;

// One call of setsockopt.
struct Set {
    int level;
    int name;
    int value;

    bool operator==(const Set&) const = default;
};

class SocketOptionsTest : public ::testing::Test {
protected:
    static Device::Key openStream(const TestPort& port, const SocketSettings& settings = {}) {
        const auto device = StreamSocket::open(*port, {L"stream", loopback(0), settings});
        EXPECT_EQ(0u, device.error());
        return *device;
    }

    static Device::Key openUdp(const TestPort& port, const SocketSettings& settings = {}, int family = AF_INET) {
        const auto device = UdpSocket::open(*port, {L"udp", loopback(0, family), settings});
        EXPECT_EQ(0u, device.error());
        return *device;
    }

    static win32::ErrorCode set(Device::Key device, SocketOption option, int value) {
        const Share<Device> share{device};
        return static_cast<Socket&>(*share).set({option, value});
    }

    static win32::Result<std::uint32_t> get(Device::Key device, SocketOption option) {
        const Share<Device> share{device};
        return static_cast<Socket&>(*share).get(option);
    }

    static void keeps(Device::Key device, SocketOption option, int value) {
        EXPECT_EQ(0u, set(device, option, value)) << static_cast<int>(option);
        EXPECT_EQ(static_cast<std::uint32_t>(value), *get(device, option)) << static_cast<int>(option);
    }
};

TEST_F(SocketOptionsTest, KeepTheirValues) {
    Recording recording;
    TestPort port{recording};
    const Device::Key stream = openStream(port);
    const Device::Key udp = openUdp(port);
    const Device::Key udp6 = openUdp(port, {}, AF_INET6);
    for (const int value : {1, 0}) {
        keeps(stream, SocketOption::kNoDelay, value);
        keeps(stream, SocketOption::kKeepAlive, value);
        keeps(stream, SocketOption::kOutOfBandInline, value);
        keeps(udp, SocketOption::kBroadcast, value);
        keeps(udp, SocketOption::kMulticastLoop, value);
        keeps(udp, SocketOption::kConnReset, value);
        keeps(udp6, SocketOption::kMulticastLoop6, value);
    }
    for (const int value : {0, 1, 31, 65'536}) {
        keeps(stream, SocketOption::kLinger, value);
    }
    keeps(udp, SocketOption::kMulticastTtl, 7);
    keeps(udp6, SocketOption::kMulticastHops6, 7);
    keeps(udp, SocketOption::kMulticastInterface, INADDR_LOOPBACK);
    keeps(udp, SocketOption::kMulticastInterface, 0);
    keeps(udp, SocketOption::kTypeOfService, 0x10);
    EXPECT_EQ(0u, set(stream, SocketOption::kReceiveBuffer, 100'000));
    EXPECT_LE(100'000u, *get(stream, SocketOption::kReceiveBuffer));
    EXPECT_EQ(1u, *get(udp6, SocketOption::kIpv6Only));
}

TEST_F(SocketOptionsTest, UnknownOptionsAreErrors) {
    Recording recording;
    TestPort port{recording};
    const Device::Key udp = openUdp(port);
    for (const int option : {0, -1, static_cast<int>(kLastSocketOption) + 1, INT_MAX, INT_MIN}) {
        EXPECT_NE(0u, set(udp, static_cast<SocketOption>(option), 1)) << option;
        EXPECT_NE(0u, get(udp, static_cast<SocketOption>(option)).error()) << option;
    }
}

TEST_F(SocketOptionsTest, AreSetByLevelAndName) {
    std::vector<Set> sets;
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{[&](SOCKET, int level, int name, const char* value, int length) {
        Set set{level, name, 0};
        EXPECT_EQ(int{sizeof(set.value)}, length);
        std::memcpy(&set.value, value, sizeof(set.value));
        sets.push_back(set);
        return 0;
    }};
    Recording recording;
    TestPort port{recording};
    const Device::Key udp = openUdp(port);
    const std::map<SocketOption, Set> expected{
        {SocketOption::kNoDelay, {IPPROTO_TCP, TCP_NODELAY, 1}},
        {SocketOption::kKeepAlive, {SOL_SOCKET, SO_KEEPALIVE, 1}},
        {SocketOption::kKeepIdle, {IPPROTO_TCP, kTcpKeepIdle, 1}},
        {SocketOption::kKeepInterval, {IPPROTO_TCP, kTcpKeepInterval, 1}},
        {SocketOption::kKeepCount, {IPPROTO_TCP, kTcpKeepCount, 1}},
        {SocketOption::kSendBuffer, {SOL_SOCKET, SO_SNDBUF, 1}},
        {SocketOption::kReceiveBuffer, {SOL_SOCKET, SO_RCVBUF, 1}},
        {SocketOption::kBroadcast, {SOL_SOCKET, SO_BROADCAST, 1}},
        {SocketOption::kIpv6Only, {IPPROTO_IPV6, IPV6_V6ONLY, 1}},
        {SocketOption::kTypeOfService, {IPPROTO_IP, IP_TOS, 1}},
        {SocketOption::kMulticastInterface, {IPPROTO_IP, IP_MULTICAST_IF, 0x0100'0000}},
        {SocketOption::kMulticastTtl, {IPPROTO_IP, IP_MULTICAST_TTL, 1}},
        {SocketOption::kMulticastLoop, {IPPROTO_IP, IP_MULTICAST_LOOP, 1}},
        {SocketOption::kMulticastInterface6, {IPPROTO_IPV6, IPV6_MULTICAST_IF, 1}},
        {SocketOption::kMulticastHops6, {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1}},
        {SocketOption::kMulticastLoop6, {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1}},
        {SocketOption::kOutOfBandInline, {SOL_SOCKET, SO_OOBINLINE, 1}},
    };
    for (const auto& [option, place] : expected) {
        sets.clear();
        EXPECT_EQ(0u, set(udp, option, 1));
        EXPECT_EQ(std::vector<Set>{place}, sets) << static_cast<int>(option);
    }
}

TEST_F(SocketOptionsTest, ReuseAndExclusiveReplaceEachOther) {
    Recording recording;
    TestPort port{recording};
    const Device::Key shared =
        openUdp(port, {{SocketOption::kExclusive, 1}, {SocketOption::kReuseAddress, 1}, {SocketOption::kBroadcast, 1}});
    EXPECT_EQ(0u, *get(shared, SocketOption::kExclusive));
    EXPECT_EQ(1u, *get(shared, SocketOption::kReuseAddress));
    const Device::Key exclusive = openUdp(port, {{SocketOption::kReuseAddress, 1}, {SocketOption::kExclusive, 1}});
    EXPECT_EQ(1u, *get(exclusive, SocketOption::kExclusive));
    EXPECT_EQ(0u, *get(exclusive, SocketOption::kReuseAddress));
    // One that is turned off leaves the other as it is.
    EXPECT_EQ(0u, set(exclusive, SocketOption::kReuseAddress, 0));
    EXPECT_EQ(1u, *get(exclusive, SocketOption::kExclusive));
}

TEST_F(SocketOptionsTest, BoundSocketStaysExclusive) {
    // As Windows does it, where neither can be changed once a socket is bound.
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{[&](auto...) { return failing(WSAEINVAL), SOCKET_ERROR; }};
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(DWORD{WSAEINVAL}, set(openUdp(port), SocketOption::kReuseAddress, 1));
}

TEST_F(SocketOptionsTest, ConnResetIsAnIoctlWhoseValueIsRemembered) {
    std::vector<BOOL> values;
    win32::ErrorCode refusal = 0;
    FakeCall<&win32::Calls::wsaIoctl> wsaIoctl{[&](SOCKET socket, DWORD code, void* in, DWORD inLength, auto... rest) {
        if (code != kSioUdpConnReset) {
            return decltype(wsaIoctl)::real(socket, code, in, inLength, rest...);
        }
        EXPECT_EQ(DWORD{sizeof(BOOL)}, inLength);
        values.push_back(*static_cast<BOOL*>(in));
        return refusal == 0 ? 0 : (failing(refusal), SOCKET_ERROR);
    }};
    Recording recording;
    TestPort port{recording};
    const Device::Key udp = openUdp(port);
    EXPECT_EQ(1u, *get(udp, SocketOption::kConnReset)) << "on in a new socket";
    EXPECT_TRUE(values.empty());
    EXPECT_EQ(0u, set(udp, SocketOption::kConnReset, 0));
    EXPECT_EQ(0u, *get(udp, SocketOption::kConnReset));
    refusal = WSAEOPNOTSUPP;
    EXPECT_EQ(DWORD{WSAEOPNOTSUPP}, set(udp, SocketOption::kConnReset, 1));
    EXPECT_EQ(0u, *get(udp, SocketOption::kConnReset)) << "what Winsock has refused is not remembered";
    refusal = 0;
    EXPECT_EQ(0u, *get(openUdp(port, {{SocketOption::kConnReset, 0}}), SocketOption::kConnReset));
    EXPECT_EQ((std::vector<BOOL>{FALSE, TRUE, FALSE}), values);
}

TEST_F(SocketOptionsTest, MulticastInterfaceMayBeAnIndex) {
    FakeCall<&win32::Calls::getSockOpt> getSockOpt{[&](SOCKET socket, int level, int name, char* value, int* length) {
        if (level != IPPROTO_IP || name != IP_MULTICAST_IF) {
            return decltype(getSockOpt)::real(socket, level, name, value, length);
        }
        const u_long index = ::htonl(5);
        std::memcpy(value, &index, sizeof(index));
        return 0;
    }};
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(5u, *get(openUdp(port), SocketOption::kMulticastInterface));
}

TEST_F(SocketOptionsTest, RefusedSettingClosesTheSocket) {
    const OpenSockets open;
    Recording recording;
    TestPort port{recording};
    EXPECT_NE(0u, UdpSocket::open(*port, {L"x", loopback(0), {{static_cast<SocketOption>(99), 1}}}).error());
    EXPECT_EQ(0, open.count());
}

}  // namespace
}  // namespace iocp4j
