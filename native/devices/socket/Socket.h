#pragma once

#include <cstdint>
#include <vector>

#include "engine/port/Device.h"
#include "win32/Winsock.h"

namespace iocp4j {

// What can be set on a socket. The Java class SocketOptions has the same codes.
enum class SocketOption : int {
    kNoDelay = 1,         // TCP_NODELAY
    kKeepAlive = 2,       // SO_KEEPALIVE
    kKeepAliveTimes = 3,  // SIO_KEEPALIVE_VALS: milliseconds of idleness, milliseconds between probes
    kSendBuffer = 4,      // SO_SNDBUF, bytes
    kReceiveBuffer = 5,   // SO_RCVBUF, bytes
    kLinger = 6,          // SO_LINGER, seconds + 1; 0 is off
    kReuseAddress = 7,    // SO_REUSEADDR
    kExclusive = 8,       // SO_EXCLUSIVEADDRUSE
    kBroadcast = 9,       // SO_BROADCAST
    kIpv6Only = 10,       // IPV6_V6ONLY
};

struct SocketSetting {
    SocketOption option;
    int value;
    int second = 0;  // of an option that takes two numbers
};

using SocketSettings = std::vector<SocketSetting>;

// What stream sockets, their servers and datagram sockets have in common.
class Socket : public Device {
public:
    using Device::Device;

    // A socket of that type with these settings, bound to the address if it is one.
    static win32::Result<win32::Handle> openBound(int type, const win32::SocketAddress& address,
                                                  const SocketSettings& settings) noexcept;

    SOCKET socket() const noexcept { return win32::socketOf(handle()); }

    // Values as in SocketSetting, whatever they are: Winsock says which ones it does not like.
    win32::ErrorCode set(const SocketSetting& setting) const noexcept { return set(socket(), setting); }
    win32::Result<std::uint32_t> get(SocketOption option) const noexcept;

    virtual win32::Result<win32::SocketAddress> localAddress() noexcept { return localAddressOf(socket()); }
    virtual win32::Result<win32::SocketAddress> remoteAddress() noexcept { return remoteAddressOf(socket()); }

protected:
    static win32::Result<win32::SocketAddress> localAddressOf(SOCKET socket) noexcept;   // getsockname
    static win32::Result<win32::SocketAddress> remoteAddressOf(SOCKET socket) noexcept;  // getpeername

    // How a Winsock call that starts an overlapped operation came out, with what it returned.
    static Started started(int result) noexcept;

    // The same for one that was given a completion routine, which follows a success at once or later.
    static Started startedWithRoutine(int result) noexcept;

    // Only a socket whose packets can be skipped completes inline.
    static win32::ErrorCode errorOfInline(HANDLE handle) noexcept {
        return win32::errorOfSkippingPackets(win32::socketOf(handle));
    }

    // Makes the status one of Winsock's, also that of a call that is not Winsock's.
    bool onCompleted(CompletionRecord& record) noexcept override;

private:
    static win32::ErrorCode set(SOCKET socket, const SocketSetting& setting) noexcept;
};

}  // namespace iocp4j
