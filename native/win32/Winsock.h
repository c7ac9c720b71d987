#pragma once

// winsock2.h must come before ws2tcpip.h and windows.h.
// clang-format off
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
// clang-format on

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// The address of a socket or its peer: IPv4, IPv6 or a path.
class SocketAddress {
public:
    // The size of a Unix-domain address, the longest that parse() accepts. Smaller than sockaddr_storage, because each
    // accepted connection keeps two addresses.
    static constexpr int kCapacity = 112;

    // An empty address, of family AF_UNSPEC.
    SocketAddress() noexcept = default;

    // Parses a sockaddr from the caller. Fails with WSAEAFNOSUPPORT for an unknown family, and with WSAEFAULT if the
    // length does not match the family.
    static Result<SocketAddress> parse(std::span<const char> bytes) noexcept;

    // The address with which a socket of that Internet family is bound to any address and port.
    static SocketAddress any(int family) noexcept;

    // Copies an address from Winsock; empty for nullptr.
    static SocketAddress copyOf(const sockaddr* address, int length) noexcept;

    // Returns true if the address can be bound. A Unix-domain client needs no name.
    bool isNamed() const noexcept;

    // Returns true for an Internet address with port 0: Windows chooses a port when it is bound.
    bool lacksPort() const noexcept;

    // For getsockname() and similar calls; `length` must be kCapacity before the call.
    sockaddr* raw() noexcept { return reinterpret_cast<sockaddr*>(storage_.data()); }
    const sockaddr* raw() const noexcept { return reinterpret_cast<const sockaddr*>(storage_.data()); }
    int length() const noexcept { return length_; }
    void setLength(int length) noexcept { length_ = length; }

    int family() const noexcept { return raw()->sa_family; }

private:
    alignas(sockaddr_storage) std::array<char, kCapacity> storage_{};
    int length_ = 0;
};

// Both addresses of a connection in as few bytes as they have, because a connection keeps them as long as it is open.
class AddressPair {
public:
    AddressPair() noexcept = default;
    // May throw std::bad_alloc.
    AddressPair(const SocketAddress& local, const SocketAddress& remote);

    SocketAddress local() const noexcept;
    SocketAddress remote() const noexcept;
    explicit operator bool() const noexcept { return bytes_ != nullptr; }
    void reset() noexcept { bytes_.reset(); }

private:
    std::unique_ptr<char[]> bytes_;  // the local address, then the remote one
    std::uint8_t localLength_ = 0;
    std::uint8_t remoteLength_ = 0;
};

// Opens an overlapped socket that child processes do not inherit (WSASocketW). The first call starts Winsock for the
// rest of the process.
Result<Handle> createSocket(int family, int type) noexcept;

inline SOCKET socketOf(HANDLE handle) noexcept { return reinterpret_cast<SOCKET>(handle); }

// The error of a call that returns SOCKET_ERROR or zero.
inline ErrorCode winsockResult(int result) noexcept {
    return result == 0 ? ERROR_SUCCESS : static_cast<ErrorCode>(::WSAGetLastError());
}

// The reason why FILE_SKIP_COMPLETION_PORT_ON_SUCCESS would lose packets on the socket, or ERROR_SUCCESS. WSAEOPNOTSUPP
// for the handle of a layered provider, which is not one of the kernel, and for datagram sockets: when a datagram does
// not fit the buffer, WSARecv and WSARecvFrom do not tell reliably whether a packet follows. WSAENOTSOCK for any other
// handle.
ErrorCode errorOfSkippingPackets(SOCKET socket) noexcept;

// Maps the NTSTATUS of a socket's packet like WSAGetOverlappedResult, so that a refused connection is WSAECONNREFUSED
// in both cases. RtlNtStatusToDosError is not sufficient, because it maps statuses to one code that Winsock
// distinguishes. A status without a Winsock code is mapped by errorOfStatus().
ErrorCode winsockErrorOfStatus(std::uintptr_t internal) noexcept;

// Maps the error of a call outside Winsock to Winsock's code, if there is one.
ErrorCode winsockError(ErrorCode error) noexcept;

}  // namespace iocp4j::win32
