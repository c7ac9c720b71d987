#pragma once

#include <cstdint>
#include <vector>

#include "engine/port/Device.h"
#include "win32/Winsock.h"

namespace iocp4j {

// The options of sockets. The Java enum KnownOption has the same codes.
enum class SocketOption : int {
    kNoDelay = 1,               // TCP_NODELAY
    kKeepAlive = 2,             // SO_KEEPALIVE
    kKeepIdle = 3,              // TCP_KEEPIDLE, seconds
    kSendBuffer = 4,            // SO_SNDBUF, bytes
    kReceiveBuffer = 5,         // SO_RCVBUF, bytes
    kLinger = 6,                // SO_LINGER, seconds + 1; 0 is off
    kReuseAddress = 7,          // SO_REUSEADDR; if on, it turns the next one off
    kExclusive = 8,             // SO_EXCLUSIVEADDRUSE; if on, it turns the one before off
    kBroadcast = 9,             // SO_BROADCAST
    kIpv6Only = 10,             // IPV6_V6ONLY
    kKeepInterval = 11,         // TCP_KEEPINTVL, seconds
    kKeepCount = 12,            // TCP_KEEPCNT
    kTypeOfService = 13,        // IP_TOS
    kMulticastInterface = 14,   // IP_MULTICAST_IF, an address of the interface in host byte order
    kMulticastTtl = 15,         // IP_MULTICAST_TTL
    kMulticastLoop = 16,        // IP_MULTICAST_LOOP
    kMulticastInterface6 = 17,  // IPV6_MULTICAST_IF, the index of the interface
    kMulticastHops6 = 18,       // IPV6_MULTICAST_HOPS
    kMulticastLoop6 = 19,       // IPV6_MULTICAST_LOOP
    kConnReset = 20,            // SIO_UDP_CONNRESET, which Winsock cannot read back
    kOutOfBandInline = 21,      // SO_OOBINLINE
};

inline constexpr SocketOption kLastSocketOption = SocketOption::kOutOfBandInline;

struct SocketSetting {
    SocketOption option;
    int value;
};

using SocketSettings = std::vector<SocketSetting>;

// Common to stream sockets, their servers and datagram sockets.
class Socket : public Device {
public:
    using Device::Device;

    // A socket with these settings, which are applied in their order.
    static win32::Result<win32::Handle> openUnbound(int family, int type, const SocketSettings& settings) noexcept;

    // The same, bound to the address if that has a name.
    static win32::Result<win32::Handle> openBound(int type, const win32::SocketAddress& address,
                                                  const SocketSettings& settings) noexcept;

    SOCKET socket() const noexcept { return win32::socketOf(handle()); }

    // Winsock decides which values are valid.
    static win32::ErrorCode setOption(SOCKET socket, const SocketSetting& setting) noexcept;
    static win32::Result<std::uint32_t> optionOf(SOCKET socket, SocketOption option) noexcept;
    virtual win32::ErrorCode set(const SocketSetting& setting) noexcept { return setOption(socket(), setting); }
    virtual win32::Result<std::uint32_t> get(SocketOption option) const noexcept { return optionOf(socket(), option); }

    // The number of bytes that can be read now. For a datagram socket, at least the length of the next datagram.
    virtual win32::Result<std::uint32_t> available() const noexcept;

    static win32::ErrorCode bind(SOCKET socket, const win32::SocketAddress& address) noexcept;

    static win32::Result<win32::SocketAddress> localAddressOf(SOCKET socket) noexcept;   // getsockname
    static win32::Result<win32::SocketAddress> remoteAddressOf(SOCKET socket) noexcept;  // getpeername
    virtual win32::Result<win32::SocketAddress> localAddress() noexcept { return localAddressOf(socket()); }
    virtual win32::Result<win32::SocketAddress> remoteAddress() noexcept { return remoteAddressOf(socket()); }

protected:
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
};

}  // namespace iocp4j
