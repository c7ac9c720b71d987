#include "devices/socket/Socket.h"

#include <mstcpip.h>

#include "win32/Calls.h"

namespace iocp4j {

namespace {

using win32::calls;
using win32::winsockResult;

// The level and name of an option that is one int.
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
        default:
            // Not an option, so that Winsock returns an error.
            return {SOL_SOCKET, 0};
    }
}

win32::ErrorCode setLinger(SOCKET socket, int value) noexcept {
    linger lingering{};
    lingering.l_onoff = value > 0;
    lingering.l_linger = static_cast<u_short>(value > 0 ? value - 1 : 0);
    return winsockResult(
        calls.setSockOpt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&lingering), sizeof(lingering)));
}

win32::ErrorCode setKeepAliveTimes(SOCKET socket, int idle, int interval) noexcept {
    tcp_keepalive times{1, static_cast<ULONG>(idle), static_cast<ULONG>(interval)};
    DWORD length = 0;
    return winsockResult(
        calls.wsaIoctl(socket, SIO_KEEPALIVE_VALS, &times, sizeof(times), nullptr, 0, &length, nullptr, nullptr));
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

win32::Result<win32::Handle> Socket::openBound(int type, const win32::SocketAddress& address,
                                               const SocketSettings& settings) noexcept {
    auto opened = win32::createSocket(address.family(), type);
    if (!opened) {
        return opened;
    }
    const SOCKET socket = win32::socketOf(opened->get());
    for (const SocketSetting& setting : settings) {
        if (const win32::ErrorCode error = set(socket, setting); error != ERROR_SUCCESS) {
            return win32::Result<win32::Handle>::failure(error);
        }
    }
    if (!address.isNamed()) {
        return opened;
    }
    const win32::ErrorCode error = winsockResult(calls.bind(socket, address.raw(), address.length()));
    return error == ERROR_SUCCESS ? std::move(opened) : win32::Result<win32::Handle>::failure(error);
}

win32::ErrorCode Socket::set(SOCKET socket, const SocketSetting& setting) noexcept {
    if (setting.option == SocketOption::kLinger) {
        return setLinger(socket, setting.value);
    }
    if (setting.option == SocketOption::kKeepAliveTimes) {
        return setKeepAliveTimes(socket, setting.value, setting.second);
    }
    const Place place = placeOf(setting.option);
    return winsockResult(calls.setSockOpt(socket, place.level, place.name,
                                          reinterpret_cast<const char*>(&setting.value), sizeof(setting.value)));
}

win32::Result<std::uint32_t> Socket::get(SocketOption option) const noexcept {
    if (option == SocketOption::kLinger) {
        linger lingering{};
        int length = sizeof(lingering);
        const win32::ErrorCode error = winsockResult(
            calls.getSockOpt(socket(), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&lingering), &length));
        if (error != ERROR_SUCCESS) {
            return win32::Result<std::uint32_t>::failure(error);
        }
        return lingering.l_onoff != 0 ? lingering.l_linger + 1U : 0U;
    }
    const Place place = placeOf(option);
    // Zero-initialized, because some options are a single byte.
    std::uint32_t value = 0;
    int length = sizeof(value);
    const win32::ErrorCode error =
        winsockResult(calls.getSockOpt(socket(), place.level, place.name, reinterpret_cast<char*>(&value), &length));
    return error == ERROR_SUCCESS ? win32::Result<std::uint32_t>{value} : win32::Result<std::uint32_t>::failure(error);
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
