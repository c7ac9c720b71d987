#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "devices/socket/Socket.h"

namespace iocp4j {

class CompletionPort;

struct UdpSocketSettings {
    std::wstring name;
    win32::SocketAddress address;
    SocketSettings settings;
};

// A socket for datagrams. A datagram that was longer than the buffer is WSAEMSGSIZE, with the bytes that did fit.
class UdpSocket : public Socket {
public:
    // Where the kernel writes a datagram's sender, or reads its target. Java reads and writes it in place
    // (SocketAddressBuffer.java).
    struct Peer {
        std::int32_t length;
        std::int32_t unused;
        char address[sizeof(sockaddr_storage)];
    };

    static win32::Result<Device::Key> open(CompletionPort& port, const UdpSocketSettings& settings);

    using Socket::Socket;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kUdpSocket,
                                        .errorOfStatus = &win32::winsockErrorOfStatus,
                                        .errorOfInline = &errorOfInline};
        return kTraits;
    }

    // The sender's memory is the kernel's until the operation is over, as the buffer is.
    Started receiveFrom(Operation& operation, std::span<char> buffer, Peer& sender) noexcept;
    Started sendTo(Operation& operation, std::span<const char> buffer, const Peer& target) noexcept;
};

}  // namespace iocp4j
