#include "devices/socket/DetachedSocket.h"

#include <type_traits>
#include <utility>

#include "devices/socket/UdpSocket.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {

template <class Body>
auto DetachedSocket::use(const Body& body) noexcept -> decltype(body(SOCKET{})) {
    const std::lock_guard lock{mutex_};
    if (socket_) {
        return body(win32::socketOf(socket_.get()));
    }
    // This call has found the key just before another thread made a device of the socket.
    using Answer = decltype(body(SOCKET{}));
    if constexpr (std::is_same_v<Answer, win32::ErrorCode>) {
        return code(EngineError::kDeviceClosed);
    } else {
        return Answer::failure(code(EngineError::kDeviceClosed));
    }
}

win32::Result<Detached::Key> DetachedSocket::open(int family, int type) {
    auto socket = win32::createSocket(family, type);
    return socket ? add(std::make_unique<DetachedSocket>(family, type, std::move(*socket)))
                  : win32::Result<Key>::failure(socket.error());
}

win32::Result<Device::Key> DetachedSocket::serve(Key key, CompletionPort& port, const SocketServerSettings& settings) {
    const Share<Detached> detached{key};
    if (!detached) {
        return win32::Result<Device::Key>::failure(code(EngineError::kDeviceClosed));
    }
    auto* socket = dynamic_cast<DetachedSocket*>(&*detached);
    return socket != nullptr ? socket->serve(detached, port, settings)
                             : win32::Result<Device::Key>::failure(code(EngineError::kWrongDevice));
}

win32::Result<Device::Key> DetachedSocket::serve(const Share<Detached>& self, CompletionPort& port,
                                                 const SocketServerSettings& settings) {
    const std::lock_guard lock{mutex_};
    const bool canListen = type_ == SOCK_STREAM && !accepted_;
    const win32::ErrorCode error = canListen ? claim(self, port) : code(EngineError::kWrongDevice);
    return error == ERROR_SUCCESS ? SocketServer::open(port, settings, family_, std::move(socket_))
                                  : win32::Result<Device::Key>::failure(error);
}

DetachedSocket::DetachedSocket(int family, int type, win32::Handle socket)
    : Detached(type == SOCK_STREAM ? L"socket" : L"UDP socket"),
      family_(family),
      type_(type),
      socket_(std::move(socket)) {}

DetachedSocket::DetachedSocket(int family, DeviceName name, win32::Handle socket,
                               StreamSocket::Accepted accepted) noexcept
    : Detached(std::move(name)),
      family_(family),
      type_(SOCK_STREAM),
      socket_(std::move(socket)),
      accepted_(std::move(accepted)),
      bound_(true) {}

win32::ErrorCode DetachedSocket::set(const SocketSetting& setting) noexcept {
    return use([&](SOCKET socket) {
        const win32::ErrorCode error = Socket::setOption(socket, setting);
        if (error == ERROR_SUCCESS && setting.option == SocketOption::kConnReset) {
            connReset_ = setting.value != 0;
        }
        return error;
    });
}

win32::Result<std::uint32_t> DetachedSocket::get(SocketOption option) noexcept {
    return use([&](SOCKET socket) {
        return option == SocketOption::kConnReset ? win32::Result<std::uint32_t>{connReset_ ? 1U : 0U}
                                                  : Socket::optionOf(socket, option);
    });
}

win32::ErrorCode DetachedSocket::bind(const win32::SocketAddress& address) noexcept {
    return use([&](SOCKET socket) {
        const win32::ErrorCode error = Socket::bind(socket, address);
        bound_ |= error == ERROR_SUCCESS;
        return error;
    });
}

win32::Result<win32::SocketAddress> DetachedSocket::localAddress() noexcept {
    return use(
        [&](SOCKET socket) { return accepted_ ? win32::Result{accepted_->local} : Socket::localAddressOf(socket); });
}

win32::Result<win32::SocketAddress> DetachedSocket::remoteAddress() noexcept {
    return use([&](SOCKET socket) {
        // From AcceptEx, because getpeername() fails once the peer has gone.
        return accepted_ ? win32::Result{accepted_->remote} : Socket::remoteAddressOf(socket);
    });
}

win32::Result<Device::Key> DetachedSocket::toDevice(CompletionPort& port) {
    const std::lock_guard lock{mutex_};
    if (accepted_) {
        return port.add(std::make_unique<StreamSocket>(port, sharedName(), std::move(socket_),
                                                       *std::exchange(accepted_, std::nullopt)));
    }
    if (type_ == SOCK_STREAM) {
        return port.add(std::make_unique<StreamSocket>(port, name(), std::move(socket_), bound_));
    }
    const UdpSocketSettings settings{
        .name = name(), .address = {}, .settings = {{SocketOption::kConnReset, connReset_ ? 1 : 0}}, .bound = bound_};
    return port.add(std::make_unique<UdpSocket>(port, settings, std::move(socket_)));
}

}  // namespace iocp4j
