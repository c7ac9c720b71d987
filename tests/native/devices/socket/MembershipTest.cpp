#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/SocketEnds.h"
#include "devices/socket/Membership.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr SOCKET kSocket = 0x77;

win32::SocketAddress ipv4(std::uint32_t number) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(number);
    return win32::SocketAddress::copyOf(reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

win32::SocketAddress ipv6(std::uint8_t first, std::uint8_t last) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr.s6_addr[0] = first;
    address.sin6_addr.s6_addr[15] = last;
    return win32::SocketAddress::copyOf(reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

const win32::SocketAddress kGroup4 = ipv4(0xef01'0203);
const win32::SocketAddress kSource4 = ipv4(0x0a00'0001);
const win32::SocketAddress kGroup6 = ipv6(0xff, 3);
const win32::SocketAddress kSource6 = ipv6(0xfe, 1);
const win32::SocketAddress kAll;

class MembershipTest : public ::testing::Test {
protected:
    win32::ErrorCode change(MembershipChange change, const win32::SocketAddress& group,
                            const win32::SocketAddress& source, std::uint32_t networkInterface) {
        calls_ = 0;
        return changeMembership(kSocket, change, {group, source, networkInterface});
    }

    // The request of the last call.
    template <class Request>
    Request request() const {
        Request request{};
        EXPECT_EQ(sizeof(request), request_.size());
        std::memcpy(&request, request_.data(), std::min(sizeof(request), request_.size()));
        return request;
    }

    int calls_ = 0;
    int level_ = 0;
    int name_ = 0;
    std::string request_;
    win32::ErrorCode refusal_ = 0;
    FakeCall<&win32::Calls::setSockOpt> setSockOpt_{
        [this](SOCKET socket, int level, int name, const char* request, int length) {
            EXPECT_EQ(kSocket, socket);
            ++calls_;
            level_ = level;
            name_ = name;
            request_.assign(request, static_cast<std::size_t>(length));
            return refusal_ == 0 ? 0 : (failing(refusal_), SOCKET_ERROR);
        }};
};

TEST_F(MembershipTest, OfAllSourcesOverIpv4) {
    for (const auto& [what, name] : {std::pair{MembershipChange::kJoin, IP_ADD_MEMBERSHIP},
                                     std::pair{MembershipChange::kLeave, IP_DROP_MEMBERSHIP}}) {
        EXPECT_EQ(0u, change(what, kGroup4, kAll, INADDR_LOOPBACK));
        EXPECT_EQ(1, calls_);
        EXPECT_EQ(IPPROTO_IP, level_);
        EXPECT_EQ(name, name_);
        const auto sent = request<ip_mreq>();
        EXPECT_EQ(0xef01'0203u, ::ntohl(sent.imr_multiaddr.s_addr));
        EXPECT_EQ(DWORD{INADDR_LOOPBACK}, ::ntohl(sent.imr_interface.s_addr));
    }
}

TEST_F(MembershipTest, OfOneSourceOverIpv4) {
    for (const auto& [what, name] : {std::pair{MembershipChange::kJoin, IP_ADD_SOURCE_MEMBERSHIP},
                                     std::pair{MembershipChange::kLeave, IP_DROP_SOURCE_MEMBERSHIP},
                                     std::pair{MembershipChange::kBlock, IP_BLOCK_SOURCE},
                                     std::pair{MembershipChange::kUnblock, IP_UNBLOCK_SOURCE}}) {
        EXPECT_EQ(0u, change(what, kGroup4, kSource4, INADDR_LOOPBACK));
        EXPECT_EQ(IPPROTO_IP, level_);
        EXPECT_EQ(name, name_);
        const auto sent = request<ip_mreq_source>();
        EXPECT_EQ(0xef01'0203u, ::ntohl(sent.imr_multiaddr.s_addr));
        EXPECT_EQ(0x0a00'0001u, ::ntohl(sent.imr_sourceaddr.s_addr));
        EXPECT_EQ(DWORD{INADDR_LOOPBACK}, ::ntohl(sent.imr_interface.s_addr));
    }
}

TEST_F(MembershipTest, OfAllSourcesOverIpv6) {
    for (const auto& [what, name] : {std::pair{MembershipChange::kJoin, IPV6_ADD_MEMBERSHIP},
                                     std::pair{MembershipChange::kLeave, IPV6_DROP_MEMBERSHIP}}) {
        EXPECT_EQ(0u, change(what, kGroup6, kAll, 5));
        EXPECT_EQ(IPPROTO_IPV6, level_);
        EXPECT_EQ(name, name_);
        const auto sent = request<ipv6_mreq>();
        EXPECT_EQ(0xff, sent.ipv6mr_multiaddr.s6_addr[0]);
        EXPECT_EQ(3, sent.ipv6mr_multiaddr.s6_addr[15]);
        EXPECT_EQ(5u, sent.ipv6mr_interface);
    }
}

TEST_F(MembershipTest, OfOneSourceOverIpv6) {
    for (const auto& [what, name] : {std::pair{MembershipChange::kJoin, MCAST_JOIN_SOURCE_GROUP},
                                     std::pair{MembershipChange::kLeave, MCAST_LEAVE_SOURCE_GROUP},
                                     std::pair{MembershipChange::kBlock, MCAST_BLOCK_SOURCE},
                                     std::pair{MembershipChange::kUnblock, MCAST_UNBLOCK_SOURCE}}) {
        EXPECT_EQ(0u, change(what, kGroup6, kSource6, 5));
        EXPECT_EQ(IPPROTO_IPV6, level_);
        EXPECT_EQ(name, name_);
        const auto sent = request<group_source_req>();
        EXPECT_EQ(5u, sent.gsr_interface);
        EXPECT_EQ(0, std::memcmp(&sent.gsr_group, kGroup6.raw(), sizeof(sockaddr_in6)));
        EXPECT_EQ(0, std::memcmp(&sent.gsr_source, kSource6.raw(), sizeof(sockaddr_in6)));
    }
}

TEST_F(MembershipTest, BadRequestsAreErrorsWithoutACall) {
    EXPECT_EQ(DWORD{WSAEINVAL}, change(MembershipChange::kBlock, kGroup4, kAll, 0)) << "all sources";
    EXPECT_EQ(DWORD{WSAEINVAL}, change(MembershipChange::kUnblock, kGroup6, kAll, 0));
    EXPECT_EQ(DWORD{WSAEAFNOSUPPORT}, change(MembershipChange::kJoin, kGroup4, kSource6, 0));
    EXPECT_EQ(DWORD{WSAEAFNOSUPPORT}, change(MembershipChange::kJoin, kGroup6, kSource4, 0));
    EXPECT_EQ(DWORD{WSAEAFNOSUPPORT}, change(MembershipChange::kJoin, kAll, kAll, 0));
    for (const int unknown : {0, 5, -1}) {
        for (const auto& source : {kAll, kSource4}) {
            EXPECT_EQ(DWORD{WSAEINVAL}, change(static_cast<MembershipChange>(unknown), kGroup4, source, 0));
        }
        EXPECT_EQ(DWORD{WSAEINVAL}, change(static_cast<MembershipChange>(unknown), kGroup6, kSource6, 0));
    }
    EXPECT_EQ(0, calls_);
}

TEST_F(MembershipTest, WhatWinsockRefusesIsAnError) {
    refusal_ = WSAEADDRNOTAVAIL;
    EXPECT_EQ(DWORD{WSAEADDRNOTAVAIL}, change(MembershipChange::kJoin, kGroup4, kAll, 0));
    EXPECT_EQ(DWORD{WSAEADDRNOTAVAIL}, change(MembershipChange::kLeave, kGroup6, kSource6, 0));
}

}  // namespace
}  // namespace iocp4j
