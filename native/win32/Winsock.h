#pragma once

// The first of the three wants to be first.
// clang-format off
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
// clang-format on

#include <array>
#include <cstddef>
#include <span>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// Where a socket is or whom it talks to: IPv4, IPv6 or a path.
class SocketAddress {
public:
    // As much as a Unix-domain address takes, the longest of those that parse() knows, and no sockaddr_storage: a
    // server keeps two of them for each of its connections.
    static constexpr int kCapacity = 112;

    // Of no family at all.
    SocketAddress() noexcept = default;

    // A sockaddr from outside; WSAEAFNOSUPPORT for a family that we do not know, WSAEFAULT for one whose
    // length is not its family's.
    static Result<SocketAddress> parse(std::span<const char> bytes) noexcept;

    // Of what Winsock has put somewhere; of no family for nullptr.
    static SocketAddress copyOf(const sockaddr* address, int length) noexcept;

    // Whether there is something to bind: a client of a Unix-domain socket needs no name.
    bool isNamed() const noexcept;

    // What getsockname() and its like fill in; `length` begins as kCapacity.
    sockaddr* raw() noexcept { return reinterpret_cast<sockaddr*>(storage_.data()); }
    const sockaddr* raw() const noexcept { return reinterpret_cast<const sockaddr*>(storage_.data()); }
    int length() const noexcept { return length_; }
    void setLength(int length) noexcept { length_ = length; }

    int family() const noexcept { return raw()->sa_family; }

private:
    alignas(sockaddr_storage) std::array<char, kCapacity> storage_{};
    int length_ = 0;
};

// A new socket for overlapped requests that no child process inherits (WSASocketW). The first call starts Winsock, for
// as long as the process lives.
Result<Handle> createSocket(int family, int type) noexcept;

inline SOCKET socketOf(HANDLE handle) noexcept { return reinterpret_cast<SOCKET>(handle); }

// Winsock's last error, as the result of a call that answers SOCKET_ERROR or zero.
inline ErrorCode winsockResult(int result) noexcept {
    return result == 0 ? ERROR_SUCCESS : static_cast<ErrorCode>(::WSAGetLastError());
}

// Why no packets can be skipped for what succeeds at once on that socket (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS), as one
// would miss packets: WSAEOPNOTSUPP for a layered provider's, whose handle is none of the kernel's, and for datagrams,
// of which WSARecv and WSARecvFrom do not say reliably whether a packet follows when one does not fit its buffer.
// WSAENOTSOCK for any other handle.
ErrorCode errorOfSkippingPackets(SOCKET socket) noexcept;

// The NTSTATUS of a socket's packet as WSAGetOverlappedResult reports it, so that a refused connection is
// WSAECONNREFUSED whether its call fails or its packet says so. RtlNtStatusToDosError is no way there: it gives one
// code to statuses that Winsock keeps apart. What Winsock has no code for is errorOfStatus().
ErrorCode winsockErrorOfStatus(std::uintptr_t internal) noexcept;

// Winsock's code for the failure of a call that is not Winsock's own, or the code itself where there is none.
ErrorCode winsockError(ErrorCode error) noexcept;

}  // namespace iocp4j::win32
