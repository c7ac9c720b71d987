#include "devices/socket/Socket.h"

#include "win32/Calls.h"

namespace iocp4j {

namespace {

using win32::calls;
using win32::winsockResult;

// Not in every SDK.
constexpr int kTcpKeepIdle = 3;                           // TCP_KEEPIDLE, Windows 10 version 1709
constexpr int kTcpKeepCount = 16;                         // TCP_KEEPCNT, Windows 10 version 1703
constexpr int kTcpKeepInterval = 17;                      // TCP_KEEPINTVL, Windows 10 version 1709
constexpr DWORD kUdpConnReset = _WSAIOW(IOC_VENDOR, 12);  // SIO_UDP_CONNRESET

// Level and name of an option whose value is one int.
struct Place {
    int level;
    int name;
};

Place placeOf(SocketOption option) noexcept {
    switch (option) {
        case SocketOption::kNoDelay:
            return {IPPROTO_TCP, TCP_NODELAY};
        case SocketOption::kKeepAlive:
            return {SOL_SOCKET, SO_KEEPALIVE};
        case SocketOption::kOutOfBandInline:
            return {SOL_SOCKET, SO_OOBINLINE};
        case SocketOption::kKeepIdle:
            return {IPPROTO_TCP, kTcpKeepIdle};
        case SocketOption::kKeepInterval:
            return {IPPROTO_TCP, kTcpKeepInterval};
        case SocketOption::kKeepCount:
            return {IPPROTO_TCP, kTcpKeepCount};
        case SocketOption::kSendBuffer:
            return {SOL_SOCKET, SO_SNDBUF};
        case SocketOption::kReceiveBuffer:
            return {SOL_SOCKET, SO_RCVBUF};
        case SocketOption::kReuseAddress:
            return {SOL_SOCKET, SO_REUSEADDR};
        case SocketOption::kExclusive:
            return {SOL_SOCKET, SO_EXCLUSIVEADDRUSE};
        case SocketOption::kBroadcast:
            return {SOL_SOCKET, SO_BROADCAST};
        case SocketOption::kIpv6Only:
            return {IPPROTO_IPV6, IPV6_V6ONLY};
        case SocketOption::kTypeOfService:
            // For IPv6, too: Windows has no IPV6_TCLASS that could be set.
            return {IPPROTO_IP, IP_TOS};
        case SocketOption::kMulticastInterface:
            return {IPPROTO_IP, IP_MULTICAST_IF};
        case SocketOption::kMulticastTtl:
            return {IPPROTO_IP, IP_MULTICAST_TTL};
        case SocketOption::kMulticastLoop:
            return {IPPROTO_IP, IP_MULTICAST_LOOP};
        case SocketOption::kMulticastInterface6:
            return {IPPROTO_IPV6, IPV6_MULTICAST_IF};
        case SocketOption::kMulticastHops6:
            return {IPPROTO_IPV6, IPV6_MULTICAST_HOPS};
        case SocketOption::kMulticastLoop6:
            return {IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
        default:
            // Not an option, so that Winsock returns an error.
            return {SOL_SOCKET, 0};
    }
}

win32::ErrorCode setInt(SOCKET socket, SocketOption option, int value) noexcept {
    const Place place = placeOf(option);
    return winsockResult(
        calls.setSockOpt(socket, place.level, place.name, reinterpret_cast<const char*>(&value), sizeof(value)));
}

win32::ErrorCode setLinger(SOCKET socket, int value) noexcept {
    linger lingering{};
    lingering.l_onoff = value > 0;
    lingering.l_linger = static_cast<u_short>(value > 0 ? value - 1 : 0);
    return winsockResult(
        calls.setSockOpt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&lingering), sizeof(lingering)));
}

win32::Result<std::uint32_t> getLinger(SOCKET socket) noexcept {
    linger lingering{};
    int length = sizeof(lingering);
    const win32::ErrorCode error =
        winsockResult(calls.getSockOpt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&lingering), &length));
    if (error != ERROR_SUCCESS) {
        return win32::Result<std::uint32_t>::failure(error);
    }
    return lingering.l_onoff != 0 ? lingering.l_linger + 1U : 0U;
}

// Winsock refuses one of the two while the other is on. A socket that is bound keeps the one that it has.
win32::ErrorCode setOneOfTwo(SOCKET socket, const SocketSetting& setting, SocketOption other) noexcept {
    if (setting.value != 0) {
        (void)setInt(socket, other, 0);
    }
    return setInt(socket, setting.option, setting.value);
}

win32::ErrorCode setConnReset(SOCKET socket, int value) noexcept {
    BOOL on = value != 0;
    DWORD length = 0;
    return winsockResult(calls.wsaIoctl(socket, kUdpConnReset, &on, sizeof(on), nullptr, 0, &length, nullptr, nullptr));
}

using NameCall = int(WINAPI*)(SOCKET, sockaddr*, int*);

win32::Result<win32::SocketAddress> addressFrom(NameCall call, SOCKET socket) noexcept {
    win32::SocketAddress address;
    int length = win32::SocketAddress::kCapacity;
    const win32::ErrorCode error = winsockResult(call(socket, address.raw(), &length));
    if (error != ERROR_SUCCESS) {
        return win32::Result<win32::SocketAddress>::failure(error);
    }
    address.setLength(length);
    return address;
}

}  // namespace

win32::Result<win32::Handle> Socket::openUnbound(int family, int type, const SocketSettings& settings) noexcept {
    auto opened = win32::createSocket(family, type);
    if (!opened) {
        return opened;
    }
    for (const SocketSetting& setting : settings) {
        if (const win32::ErrorCode error = setOption(win32::socketOf(opened->get()), setting); error != ERROR_SUCCESS) {
            return win32::Result<win32::Handle>::failure(error);
        }
    }
    return opened;
}

win32::Result<win32::Handle> Socket::openBound(int type, const win32::SocketAddress& address,
                                               const SocketSettings& settings) noexcept {
    auto opened = openUnbound(address.family(), type, settings);
    if (!opened || !address.isNamed()) {
        return opened;
    }
    const win32::ErrorCode error = bind(win32::socketOf(opened->get()), address);
    return error == ERROR_SUCCESS ? std::move(opened) : win32::Result<win32::Handle>::failure(error);
}

win32::ErrorCode Socket::bind(SOCKET socket, const win32::SocketAddress& address) noexcept {
    return winsockResult(calls.bind(socket, address.raw(), address.length()));
}

win32::ErrorCode Socket::setOption(SOCKET socket, const SocketSetting& setting) noexcept {
    switch (setting.option) {
        case SocketOption::kLinger:
            return setLinger(socket, setting.value);
        case SocketOption::kReuseAddress:
            return setOneOfTwo(socket, setting, SocketOption::kExclusive);
        case SocketOption::kExclusive:
            return setOneOfTwo(socket, setting, SocketOption::kReuseAddress);
        case SocketOption::kConnReset:
            return setConnReset(socket, setting.value);
        case SocketOption::kMulticastInterface:
            return setInt(socket, setting.option, static_cast<int>(::htonl(static_cast<u_long>(setting.value))));
        default:
            return setInt(socket, setting.option, setting.value);
    }
}

win32::Result<std::uint32_t> Socket::optionOf(SOCKET socket, SocketOption option) noexcept {
    if (option == SocketOption::kLinger) {
        return getLinger(socket);
    }
    const Place place = placeOf(option);
    // Zero-initialized, because some options are a single byte.
    std::uint32_t value = 0;
    int length = sizeof(value);
    const win32::ErrorCode error =
        winsockResult(calls.getSockOpt(socket, place.level, place.name, reinterpret_cast<char*>(&value), &length));
    if (error != ERROR_SUCCESS) {
        return win32::Result<std::uint32_t>::failure(error);
    }
    return option == SocketOption::kMulticastInterface ? static_cast<std::uint32_t>(::ntohl(value)) : value;
}

win32::Result<std::uint32_t> Socket::available() const noexcept {
    u_long bytes = 0;
    const win32::ErrorCode error = winsockResult(calls.ioctlSocket(socket(), static_cast<long>(FIONREAD), &bytes));
    return error == ERROR_SUCCESS ? win32::Result<std::uint32_t>{static_cast<std::uint32_t>(bytes)}
                                  : win32::Result<std::uint32_t>::failure(error);
}

win32::Result<win32::SocketAddress> Socket::localAddressOf(SOCKET socket) noexcept {
    return addressFrom(calls.getSockName, socket);
}

win32::Result<win32::SocketAddress> Socket::remoteAddressOf(SOCKET socket) noexcept {
    return addressFrom(calls.getPeerName, socket);
}

Started Socket::started(int result) noexcept {
    const win32::ErrorCode error = winsockResult(result);
    switch (error) {
        case ERROR_SUCCESS:
            return Started::atOnce();
        case WSA_IO_PENDING:
            return Started::pending();
        default:
            return Started::over(error);
    }
}

Started Socket::startedWithRoutine(int result) noexcept {
    const Started outcome = started(result);
    return outcome.packet == Started::Packet::kNone ? outcome : Started::pending();
}

bool Socket::onCompleted(CompletionRecord& record) noexcept {
    record.status = win32::winsockError(record.status);
    return true;
}

}  // namespace iocp4j
