#pragma once

#include <cstdint>
#include <vector>

#include "engine/port/Device.h"
#include "win32/Winsock.h"

namespace iocp4j {

// The options of a socket. The Java class SocketOptions has the same codes.
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
    int second = 0;  // second value of kKeepAliveTimes
};

using SocketSettings = std::vector<SocketSetting>;

// Common to stream sockets, their servers and datagram sockets.
class Socket : public Device {
public:
    using Device::Device;

    // Creates a socket of that type, applies the settings, and binds it if the address is not empty.
    static win32::Result<win32::Handle> openBound(int type, const win32::SocketAddress& address,
                                                  const SocketSettings& settings) noexcept;

    SOCKET socket() const noexcept { return win32::socketOf(handle()); }

    // The values are those of SocketSetting. Winsock checks them.
    win32::ErrorCode set(const SocketSetting& setting) const noexcept { return set(socket(), setting); }
    win32::Result<std::uint32_t> get(SocketOption option) const noexcept;

    virtual win32::Result<win32::SocketAddress> localAddress() noexcept { return localAddressOf(socket()); }
    virtual win32::Result<win32::SocketAddress> remoteAddress() noexcept { return remoteAddressOf(socket()); }

protected:
    static win32::Result<win32::SocketAddress> localAddressOf(SOCKET socket) noexcept;   // getsockname
    static win32::Result<win32::SocketAddress> remoteAddressOf(SOCKET socket) noexcept;  // getpeername

    // The outcome of a Winsock call that starts an overlapped operation; `result` is its return value.
    static Started started(int result) noexcept;

    // The same for a call with a completion routine, which runs after any success.
    static Started startedWithRoutine(int result) noexcept;

    // A socket completes inline only if the kernel can skip its packets.
    static win32::ErrorCode errorOfInline(HANDLE handle) noexcept {
        return win32::errorOfSkippingPackets(win32::socketOf(handle));
    }

    // Maps the status to a Winsock code, even if the call was not one of Winsock.
    bool onCompleted(CompletionRecord& record) noexcept override;

private:
    static win32::ErrorCode set(SOCKET socket, const SocketSetting& setting) noexcept;
};

}  // namespace iocp4j
