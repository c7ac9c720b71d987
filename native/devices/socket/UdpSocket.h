#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "devices/socket/Membership.h"
#include "devices/socket/Socket.h"

namespace iocp4j {

class CompletionPort;

struct UdpSocketSettings {
    std::wstring name;
    win32::SocketAddress address;  // where to bind; for an unbound socket, only the family is used
    SocketSettings settings;
    bool bound = true;
};

// A datagram socket. A datagram that is longer than the buffer completes with WSAEMSGSIZE and the bytes that fit. Reads
// and writes are for a connected socket, whose peer sends or receives the datagram.
class UdpSocket : public Socket {
public:
    // The kernel writes a datagram's sender here, or reads its target. Java accesses it in place
    // (SocketAddressBuffer.java).
    struct alignas(8) Peer {
        std::int32_t length;
        std::int32_t unused;
        char address[sizeof(sockaddr_storage)];
    };

    static win32::Result<Device::Key> open(CompletionPort& port, const UdpSocketSettings& settings);

    UdpSocket(CompletionPort& port, const UdpSocketSettings& settings, win32::Handle socket);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kUdpSocket,
                                        .errorOfStatus = &win32::winsockErrorOfStatus,
                                        .errorOfInline = &errorOfInline};
        return kTraits;
    }

    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;
    Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept override;

    // The kernel may write to `sender` until the operation is over, like to the buffer. With MSG_PEEK in the flags, the
    // datagram stays in the socket's queue.
    Started receiveFrom(Operation& operation, std::span<char> buffer, Peer& sender, DWORD flags = 0) noexcept;
    Started sendTo(Operation& operation, std::span<const char> buffer, const Peer& target) noexcept;

    win32::ErrorCode bind(const win32::SocketAddress& address) noexcept { return Socket::bind(socket(), address); }

    // From now on only datagrams of that peer are received.
    win32::ErrorCode connect(const win32::SocketAddress& peer) noexcept;
    win32::ErrorCode disconnect() noexcept;

    win32::ErrorCode change(MembershipChange change, const Membership& membership) noexcept {
        return changeMembership(socket(), change, membership);
    }

    win32::ErrorCode set(const SocketSetting& setting) noexcept override;
    win32::Result<std::uint32_t> get(SocketOption option) const noexcept override;

private:
    void remember(const SocketSetting& setting) noexcept;

    std::atomic<bool> connReset_{true};  // SIO_UDP_CONNRESET, which is on in a new socket
};

}  // namespace iocp4j
