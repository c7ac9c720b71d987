#include "win32/Winsock.h"

#include <algorithm>
#include <cstring>

namespace iocp4j::win32 {

namespace {

// Family and path, with room for the zero at its end. afunix.h is not in every SDK.
constexpr std::size_t kUnixLength = sizeof(ADDRESS_FAMILY) + 108;
static_assert(kUnixLength <= SocketAddress::kCapacity && sizeof(sockaddr_in6) <= SocketAddress::kCapacity);

std::size_t lengthFor(int family) noexcept {
    switch (family) {
        case AF_INET:
            return sizeof(sockaddr_in);
        case AF_INET6:
            return sizeof(sockaddr_in6);
        case AF_UNIX:
            return kUnixLength;
        default:
            return 0;
    }
}

ErrorCode startWinsock() noexcept {
    static const auto error = [] {
        WSADATA data;
        return static_cast<ErrorCode>(::WSAStartup(MAKEWORD(2, 2), &data));
    }();
    return error;
}

int protocolFor(int family, int type) noexcept {
    if (family == AF_UNIX) {
        return 0;
    }
    return type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
}

}  // namespace

Result<SocketAddress> SocketAddress::parse(std::span<const char> bytes) noexcept {
    ADDRESS_FAMILY family = AF_UNSPEC;
    if (bytes.size() >= sizeof(family)) {
        std::memcpy(&family, bytes.data(), sizeof(family));
    }
    const std::size_t length = lengthFor(family);
    if (length == 0) {
        return Result<SocketAddress>::failure(WSAEAFNOSUPPORT);
    }
    if (bytes.size() != length) {
        return Result<SocketAddress>::failure(WSAEFAULT);
    }
    SocketAddress address;
    std::memcpy(address.storage_.data(), bytes.data(), length);
    address.length_ = static_cast<int>(length);
    return address;
}

SocketAddress SocketAddress::copyOf(const sockaddr* address, int length) noexcept {
    SocketAddress copy;
    if (address != nullptr && length > 0) {
        copy.length_ = std::min(length, kCapacity);
        std::memcpy(copy.storage_.data(), address, static_cast<std::size_t>(copy.length_));
    }
    return copy;
}

bool SocketAddress::isNamed() const noexcept { return family() != AF_UNIX || raw()->sa_data[0] != 0; }

Result<Handle> createSocket(int family, int type) noexcept {
    if (const ErrorCode error = startWinsock(); error != ERROR_SUCCESS) {
        return Result<Handle>::failure(error);
    }
    const SOCKET socket = calls.wsaSocket(family, type, protocolFor(family, type), nullptr, 0,
                                          WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET) {
        return Result<Handle>::failure(winsockResult(SOCKET_ERROR));
    }
    return Handle{reinterpret_cast<HANDLE>(socket), Handle::End::kCloseSocket};
}

ErrorCode winsockError(ErrorCode error) noexcept {
    switch (error) {
        case ERROR_ACCESS_DENIED:
            return WSAEACCES;
        case ERROR_INVALID_HANDLE:
            return WSAENOTSOCK;
        case ERROR_NOT_ENOUGH_MEMORY:
        case ERROR_OUTOFMEMORY:
        case ERROR_NO_SYSTEM_RESOURCES:
        case ERROR_NONPAGED_SYSTEM_RESOURCES:
        case ERROR_PAGED_SYSTEM_RESOURCES:
        case ERROR_WORKING_SET_QUOTA:
        case ERROR_PAGEFILE_QUOTA:
        case ERROR_COMMITMENT_LIMIT:
        case ERROR_NOT_ENOUGH_QUOTA:
        case ERROR_REM_NOT_LIST:  // STATUS_REMOTE_RESOURCES
            return WSAENOBUFS;
        case ERROR_NOT_SUPPORTED:
            return WSAEOPNOTSUPP;
        case ERROR_BAD_NETPATH:
        case ERROR_NETWORK_UNREACHABLE:
        case ERROR_PROTOCOL_UNREACHABLE:
            return WSAENETUNREACH;
        case ERROR_NETWORK_BUSY:
        case ERROR_UNEXP_NET_ERR:
            return WSAENETDOWN;
        case ERROR_NETNAME_DELETED:
        case ERROR_PORT_UNREACHABLE:
            return WSAECONNRESET;
        case ERROR_TOO_MANY_NAMES:  // STATUS_TOO_MANY_ADDRESSES
        case ERROR_ADDRESS_ALREADY_ASSOCIATED:
        case ERROR_SHARING_VIOLATION:
            return WSAEADDRINUSE;
        case ERROR_INVALID_PARAMETER:
            return WSAEINVAL;
        case ERROR_SEM_TIMEOUT:
            return WSAETIMEDOUT;
        case ERROR_PIPE_NOT_CONNECTED:  // STATUS_PIPE_DISCONNECTED, what a socket says that was shut down
            return WSAESHUTDOWN;
        case ERROR_MORE_DATA:
            return WSAEMSGSIZE;
        case ERROR_NOACCESS:
            return WSAEFAULT;
        case ERROR_CONNECTION_REFUSED:
            return WSAECONNREFUSED;
        case ERROR_GRACEFUL_DISCONNECT:
            return WSAEDISCON;
        case ERROR_CONNECTION_INVALID:
            return WSAENOTCONN;
        case ERROR_CONNECTION_ACTIVE:
            return WSAEISCONN;
        case ERROR_HOST_UNREACHABLE:
            return WSAEHOSTUNREACH;
        case ERROR_REQUEST_ABORTED:
            return WSAEINTR;
        case ERROR_CONNECTION_ABORTED:
            return WSAECONNABORTED;
        default:
            return error;
    }
}

}  // namespace iocp4j::win32
