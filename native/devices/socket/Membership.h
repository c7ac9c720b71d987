#pragma once

#include <cstdint>

#include "win32/Winsock.h"

namespace iocp4j {

// The Java class MulticastMembership has the same codes.
enum class MembershipChange : int {
    kJoin = 1,
    kLeave = 2,
    kBlock = 3,    // one source of a group that was joined for all
    kUnblock = 4,  // the same source
};

// What a datagram socket receives from a multicast group on one interface.
struct Membership {
    win32::SocketAddress group;          // IPv4 or IPv6; its port does not count
    win32::SocketAddress source;         // of the group's family; of no family for all sources
    std::uint32_t networkInterface = 0;  // over IPv4 one of its addresses in host byte order, over IPv6 its index
};

// Winsock keeps the memberships of a socket, and ends them when it is closed.
win32::ErrorCode changeMembership(SOCKET socket, MembershipChange change, const Membership& membership) noexcept;

}  // namespace iocp4j
