#include "devices/socket/Membership.h"

#include <cstring>

#include "win32/Calls.h"

namespace iocp4j {

namespace {

using win32::calls;

// The options of one address family for a change. Winsock has none to block or unblock all sources.
struct Names {
    int all;
    int oneSource;
};
constexpr int kNone = -1;

Names ipv4Names(MembershipChange change) noexcept {
    switch (change) {
        case MembershipChange::kJoin:
            return {IP_ADD_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP};
        case MembershipChange::kLeave:
            return {IP_DROP_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP};
        case MembershipChange::kBlock:
            return {kNone, IP_BLOCK_SOURCE};
        case MembershipChange::kUnblock:
            return {kNone, IP_UNBLOCK_SOURCE};
    }
    return {kNone, kNone};
}

Names ipv6Names(MembershipChange change) noexcept {
    switch (change) {
        case MembershipChange::kJoin:
            return {IPV6_ADD_MEMBERSHIP, MCAST_JOIN_SOURCE_GROUP};
        case MembershipChange::kLeave:
            return {IPV6_DROP_MEMBERSHIP, MCAST_LEAVE_SOURCE_GROUP};
        case MembershipChange::kBlock:
            return {kNone, MCAST_BLOCK_SOURCE};
        case MembershipChange::kUnblock:
            return {kNone, MCAST_UNBLOCK_SOURCE};
    }
    return {kNone, kNone};
}

template <class Request>
win32::ErrorCode set(SOCKET socket, int level, int name, const Request& request) noexcept {
    if (name == kNone) {
        return WSAEINVAL;
    }
    return win32::winsockResult(
        calls.setSockOpt(socket, level, name, reinterpret_cast<const char*>(&request), sizeof(request)));
}

in_addr ipv4Of(const win32::SocketAddress& address) noexcept {
    return reinterpret_cast<const sockaddr_in*>(address.raw())->sin_addr;
}

void copy(const win32::SocketAddress& from, sockaddr_storage& to) noexcept {
    std::memcpy(&to, from.raw(), static_cast<std::size_t>(from.length()));
}

win32::ErrorCode changeIpv4(SOCKET socket, MembershipChange change, const Membership& membership) noexcept {
    in_addr networkInterface{};
    networkInterface.s_addr = ::htonl(membership.networkInterface);
    const Names names = ipv4Names(change);
    if (membership.source.family() == AF_UNSPEC) {
        ip_mreq request{};
        request.imr_multiaddr = ipv4Of(membership.group);
        request.imr_interface = networkInterface;
        return set(socket, IPPROTO_IP, names.all, request);
    }
    ip_mreq_source request{};
    request.imr_multiaddr = ipv4Of(membership.group);
    request.imr_sourceaddr = ipv4Of(membership.source);
    request.imr_interface = networkInterface;
    return set(socket, IPPROTO_IP, names.oneSource, request);
}

win32::ErrorCode changeIpv6(SOCKET socket, MembershipChange change, const Membership& membership) noexcept {
    const Names names = ipv6Names(change);
    if (membership.source.family() == AF_UNSPEC) {
        ipv6_mreq request{};
        request.ipv6mr_multiaddr = reinterpret_cast<const sockaddr_in6*>(membership.group.raw())->sin6_addr;
        request.ipv6mr_interface = membership.networkInterface;
        return set(socket, IPPROTO_IPV6, names.all, request);
    }
    group_source_req request{};
    request.gsr_interface = membership.networkInterface;
    copy(membership.group, request.gsr_group);
    copy(membership.source, request.gsr_source);
    return set(socket, IPPROTO_IPV6, names.oneSource, request);
}

}  // namespace

win32::ErrorCode changeMembership(SOCKET socket, MembershipChange change, const Membership& membership) noexcept {
    const int family = membership.group.family();
    const int sourceFamily = membership.source.family();
    if (sourceFamily != AF_UNSPEC && sourceFamily != family) {
        return WSAEAFNOSUPPORT;
    }
    switch (family) {
        case AF_INET:
            return changeIpv4(socket, change, membership);
        case AF_INET6:
            return changeIpv6(socket, change, membership);
        default:
            return WSAEAFNOSUPPORT;
    }
}

}  // namespace iocp4j
