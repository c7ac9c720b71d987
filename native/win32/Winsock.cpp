#include "win32/Winsock.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace iocp4j::win32 {

namespace {

// Address family and path with its terminator. Not every SDK has afunix.h.
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

// The Winsock code for each NTSTATUS. STATUS_CANCELLED is not in the table, because it is ERROR_OPERATION_ABORTED
// everywhere.
struct Status {
    std::uint32_t status;
    int error;
};
constexpr Status kStatuses[] = {
    {0xc000'0008, WSAENOTSOCK},       // STATUS_INVALID_HANDLE
    {0xc000'0024, WSAENOTSOCK},       // STATUS_OBJECT_TYPE_MISMATCH
    {0xc000'0007, WSAENOBUFS},        // STATUS_PAGEFILE_QUOTA
    {0xc000'0017, WSAENOBUFS},        // STATUS_NO_MEMORY
    {0xc000'0044, WSAENOBUFS},        // STATUS_QUOTA_EXCEEDED
    {0xc000'0097, WSAENOBUFS},        // STATUS_TOO_MANY_PAGING_FILES
    {0xc000'009a, WSAENOBUFS},        // STATUS_INSUFFICIENT_RESOURCES
    {0xc000'00a1, WSAENOBUFS},        // STATUS_WORKING_SET_QUOTA
    {0xc000'012d, WSAENOBUFS},        // STATUS_COMMITMENT_LIMIT
    {0xc000'013d, WSAENOBUFS},        // STATUS_REMOTE_RESOURCES
    {0xc000'0043, WSAEADDRINUSE},     // STATUS_SHARING_VIOLATION
    {0xc000'0209, WSAEADDRINUSE},     // STATUS_TOO_MANY_ADDRESSES
    {0xc000'020a, WSAEADDRINUSE},     // STATUS_ADDRESS_ALREADY_EXISTS
    {0xc000'00b5, WSAETIMEDOUT},      // STATUS_IO_TIMEOUT
    {0xc000'013f, WSAETIMEDOUT},      // STATUS_LINK_TIMEOUT
    {0xc000'0237, WSAEDISCON},        // STATUS_GRACEFUL_DISCONNECT
    {0xc000'013c, WSAECONNRESET},     // STATUS_REMOTE_DISCONNECT
    {0xc000'013e, WSAECONNRESET},     // STATUS_LINK_FAILED
    {0xc000'020c, WSAECONNRESET},     // STATUS_CONNECTION_DISCONNECTED
    {0xc000'020d, WSAECONNRESET},     // STATUS_CONNECTION_RESET
    {0xc000'023f, WSAECONNRESET},     // STATUS_PORT_UNREACHABLE
    {0xc000'a012, WSAECONNRESET},     // STATUS_HOPLIMIT_EXCEEDED
    {0xc000'013b, WSAECONNABORTED},   // STATUS_LOCAL_DISCONNECT
    {0xc000'020f, WSAECONNABORTED},   // STATUS_TRANSACTION_ABORTED
    {0xc000'0241, WSAECONNABORTED},   // STATUS_CONNECTION_ABORTED
    {0xc000'00be, WSAENETUNREACH},    // STATUS_BAD_NETWORK_PATH
    {0xc000'023c, WSAENETUNREACH},    // STATUS_NETWORK_UNREACHABLE
    {0xc000'023e, WSAENETUNREACH},    // STATUS_PROTOCOL_UNREACHABLE
    {0xc000'023d, WSAEHOSTUNREACH},   // STATUS_HOST_UNREACHABLE
    {0xc000'0240, WSAEINTR},          // STATUS_REQUEST_ABORTED
    {0x8000'0005, WSAEMSGSIZE},       // STATUS_BUFFER_OVERFLOW
    {0xc000'0206, WSAEMSGSIZE},       // STATUS_INVALID_BUFFER_SIZE
    {0xc000'0005, WSAEFAULT},         // STATUS_ACCESS_VIOLATION
    {0xc000'0023, WSAEFAULT},         // STATUS_BUFFER_TOO_SMALL
    {0xc000'00a3, WSAEWOULDBLOCK},    // STATUS_DEVICE_NOT_READY
    {0xc000'00d0, WSAEWOULDBLOCK},    // STATUS_REQUEST_NOT_ACCEPTED
    {0xc000'000e, WSAENETDOWN},       // STATUS_NO_SUCH_DEVICE
    {0xc000'000f, WSAENETDOWN},       // STATUS_NO_SUCH_FILE
    {0xc000'0034, WSAENETDOWN},       // STATUS_OBJECT_NAME_NOT_FOUND
    {0xc000'003a, WSAENETDOWN},       // STATUS_OBJECT_PATH_NOT_FOUND
    {0xc000'00bf, WSAENETDOWN},       // STATUS_NETWORK_BUSY
    {0xc000'00c3, WSAENETDOWN},       // STATUS_INVALID_NETWORK_RESPONSE
    {0xc000'00c4, WSAENETDOWN},       // STATUS_UNEXPECTED_NETWORK_ERROR
    {0xc000'0140, WSAENOTCONN},       // STATUS_INVALID_CONNECTION
    {0xc000'00bc, WSAECONNREFUSED},   // STATUS_REMOTE_NOT_LISTENING
    {0xc000'0236, WSAECONNREFUSED},   // STATUS_CONNECTION_REFUSED
    {0xc000'00b0, WSAESHUTDOWN},      // STATUS_PIPE_DISCONNECTED
    {0xc000'0018, WSAEADDRNOTAVAIL},  // STATUS_CONFLICTING_ADDRESSES
    {0xc000'0141, WSAEADDRNOTAVAIL},  // STATUS_INVALID_ADDRESS
    {0xc000'0207, WSAEADDRNOTAVAIL},  // STATUS_INVALID_ADDRESS_COMPONENT
    {0xc000'0002, WSAEOPNOTSUPP},     // STATUS_NOT_IMPLEMENTED
    {0xc000'00bb, WSAEOPNOTSUPP},     // STATUS_NOT_SUPPORTED
    {0xc000'0022, WSAEACCES},         // STATUS_ACCESS_DENIED
    {0xc000'000d, WSAEINVAL},         // STATUS_INVALID_PARAMETER
    {0xc000'023b, WSAEISCONN},        // STATUS_CONNECTION_ACTIVE
};

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

SocketAddress SocketAddress::any(int family) noexcept {
    SocketAddress address;
    address.raw()->sa_family = static_cast<ADDRESS_FAMILY>(family);
    address.length_ =
        family == AF_INET6 ? static_cast<int>(sizeof(sockaddr_in6)) : static_cast<int>(sizeof(sockaddr_in));
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

bool SocketAddress::lacksPort() const noexcept {
    // Both families have the port in the same place.
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    const bool isInternet = family() == AF_INET || family() == AF_INET6;
    return isInternet && reinterpret_cast<const sockaddr_in*>(raw())->sin_port == 0;
}

AddressPair::AddressPair(const SocketAddress& local, const SocketAddress& remote)
    : bytes_(std::make_unique<char[]>(static_cast<std::size_t>(local.length() + remote.length()))),
      localLength_(static_cast<std::uint8_t>(local.length())),
      remoteLength_(static_cast<std::uint8_t>(remote.length())) {
    static_assert(SocketAddress::kCapacity <= UINT8_MAX);
    std::memcpy(bytes_.get(), local.raw(), localLength_);
    std::memcpy(bytes_.get() + localLength_, remote.raw(), remoteLength_);
}

SocketAddress AddressPair::local() const noexcept {
    return SocketAddress::copyOf(reinterpret_cast<const sockaddr*>(bytes_.get()), localLength_);
}

SocketAddress AddressPair::remote() const noexcept {
    return SocketAddress::copyOf(reinterpret_cast<const sockaddr*>(bytes_.get() + localLength_), remoteLength_);
}

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

ErrorCode errorOfSkippingPackets(SOCKET socket) noexcept {
    WSAPROTOCOL_INFOW protocol{};
    int length = sizeof(protocol);
    ErrorCode error = startWinsock();
    if (error == ERROR_SUCCESS) {
        error = winsockResult(
            calls.getSockOpt(socket, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&protocol), &length));
    }
    if (error != ERROR_SUCCESS) {
        return error;
    }
    const bool reliable = (protocol.dwServiceFlags1 & XP1_IFS_HANDLES) != 0 && protocol.iSocketType == SOCK_STREAM;
    return reliable ? ERROR_SUCCESS : ErrorCode{WSAEOPNOTSUPP};
}

ErrorCode winsockErrorOfStatus(std::uintptr_t internal) noexcept {
    const auto status = static_cast<std::uint32_t>(internal);
    const auto* found = std::find_if(std::begin(kStatuses), std::end(kStatuses),
                                     [status](const Status& known) { return known.status == status; });
    return found != std::end(kStatuses) ? static_cast<ErrorCode>(found->error) : errorOfStatus(internal);
}

ErrorCode winsockError(ErrorCode error) noexcept {
    switch (error) {
        case ERROR_ACCESS_DENIED:
            return WSAEACCES;
        case ERROR_INVALID_HANDLE:
            return WSAENOTSOCK;
        case ERROR_NOT_SUPPORTED:
            return WSAEOPNOTSUPP;
        case ERROR_INVALID_PARAMETER:
            return WSAEINVAL;
        case ERROR_NOACCESS:
            return WSAEFAULT;
        default:
            return isShortage(error) ? ErrorCode{WSAENOBUFS} : error;
    }
}

}  // namespace iocp4j::win32
