#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "devices/socket/SocketServer.h"
#include "devices/socket/StreamSocket.h"
#include "engine/port/Detached.h"

namespace iocp4j {

// A socket without a port. The program sets its options and binds it; or a server has accepted it.
class DetachedSocket final : public Detached {
public:
    // Creates a socket of that family and type (SOCK_STREAM or SOCK_DGRAM). May throw std::bad_alloc.
    static win32::Result<Key> open(int family, int type);

    // Makes a bound stream socket the listening socket of a server, whose address in the settings is ignored. Fails
    // like associate().
    static win32::Result<Device::Key> serve(Key key, CompletionPort& port, const SocketServerSettings& settings);

    DetachedSocket(int family, int type, win32::Handle socket);
    DetachedSocket(int family, DeviceName name, win32::Handle socket, StreamSocket::Accepted accepted) noexcept;

    win32::ErrorCode set(const SocketSetting& setting) noexcept;
    win32::Result<std::uint32_t> get(SocketOption option) noexcept;
    win32::ErrorCode bind(const win32::SocketAddress& address) noexcept;
    win32::Result<win32::SocketAddress> localAddress() noexcept;

    // Only an accepted connection has one.
    win32::Result<win32::SocketAddress> remoteAddress() noexcept;

private:
    win32::Result<Device::Key> serve(const Share<Detached>& self, CompletionPort& port,
                                     const SocketServerSettings& settings);
    win32::Result<Device::Key> toDevice(CompletionPort& port) override;

    // Calls `body` with the socket, which no other thread closes or makes a device meanwhile.
    template <class Body>
    auto use(const Body& body) noexcept -> decltype(body(SOCKET{}));

    const int family_;
    const int type_;

    std::mutex mutex_;  // guards everything below
    win32::Handle socket_;
    std::optional<StreamSocket::Accepted> accepted_;
    bool bound_ = false;
    bool connReset_ = true;  // SocketOption::kConnReset, which Winsock cannot read back
};

}  // namespace iocp4j
