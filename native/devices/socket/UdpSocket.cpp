#include "devices/socket/UdpSocket.h"

#include <algorithm>
#include <memory>

#include "engine/port/CompletionPort.h"

namespace iocp4j {

using win32::calls;
using win32::winsockResult;

namespace {

// The kernel treats WSAEMSGSIZE as a warning, and does not tell whether a packet follows. If one does, it is foreign.
// The buffer is full, because otherwise the datagram would have fitted.
Started received(const Started& outcome, std::uint32_t room) noexcept {
    const bool truncated = outcome.packet == Started::Packet::kNone && outcome.status == WSAEMSGSIZE;
    return truncated ? Started::over(WSAEMSGSIZE, room) : outcome;
}

}  // namespace

win32::Result<Device::Key> UdpSocket::open(CompletionPort& port, const UdpSocketSettings& settings) {
    auto socket = settings.bound ? openBound(SOCK_DGRAM, settings.address, settings.settings)
                                 : openUnbound(settings.address.family(), SOCK_DGRAM, settings.settings);
    if (!socket) {
        return win32::Result<Device::Key>::failure(socket.error());
    }
    return port.add(std::make_unique<UdpSocket>(port, settings, std::move(*socket)));
}

UdpSocket::UdpSocket(CompletionPort& port, const UdpSocketSettings& settings, win32::Handle socket)
    : Socket(port, settings.name, std::move(socket)) {
    for (const SocketSetting& setting : settings.settings) {
        remember(setting);
    }
}

Started UdpSocket::read(Operation& operation, void* buffer, std::uint32_t length) noexcept {
    WSABUF whole{length, static_cast<char*>(buffer)};
    DWORD flags = 0;
    return received(
        start(operation,
              [&] { return started(calls.wsaRecv(socket(), &whole, 1, nullptr, &flags, &operation, nullptr)); }),
        length);
}

Started UdpSocket::write(Operation& operation, const void* buffer, std::uint32_t length) noexcept {
    // Winsock does not write through it.
    WSABUF whole{length, static_cast<char*>(const_cast<void*>(buffer))};
    return start(operation,
                 [&] { return started(calls.wsaSend(socket(), &whole, 1, nullptr, 0, &operation, nullptr)); });
}

Started UdpSocket::receiveFrom(Operation& operation, std::span<char> buffer, Peer& sender, DWORD flags) noexcept {
    WSABUF whole{static_cast<ULONG>(buffer.size()), buffer.data()};
    sender.length = sizeof(sender.address);
    static_assert(sizeof(INT) == sizeof(sender.length));
    return received(start(operation,
                          [&] {
                              return started(calls.wsaRecvFrom(
                                  socket(), &whole, 1, nullptr, &flags, reinterpret_cast<sockaddr*>(sender.address),
                                  reinterpret_cast<INT*>(&sender.length), &operation, nullptr));
                          }),
                    whole.len);
}

Started UdpSocket::sendTo(Operation& operation, std::span<const char> buffer, const Peer& target) noexcept {
    // Read the length once, because other threads may change the caller's memory.
    const std::int32_t length = target.length;
    const auto address =
        length < 0
            ? win32::Result<win32::SocketAddress>::failure(WSAEFAULT)
            : win32::SocketAddress::parse(
                  {target.address, std::min<std::size_t>(static_cast<std::size_t>(length), sizeof(target.address))});
    if (!address) {
        return Started::over(address.error());
    }
    WSABUF whole{static_cast<ULONG>(buffer.size()), const_cast<char*>(buffer.data())};
    return start(operation, [&] {
        return started(calls.wsaSendTo(socket(), &whole, 1, nullptr, 0,
                                       reinterpret_cast<const sockaddr*>(target.address), address->length(), &operation,
                                       nullptr));
    });
}

win32::ErrorCode UdpSocket::connect(const win32::SocketAddress& peer) noexcept {
    return winsockResult(calls.connect(socket(), peer.raw(), peer.length()));
}

win32::ErrorCode UdpSocket::disconnect() noexcept {
    // To an address of no family, of the full length of one.
    const sockaddr_storage none{};
    return winsockResult(calls.connect(socket(), reinterpret_cast<const sockaddr*>(&none), sizeof(none)));
}

win32::ErrorCode UdpSocket::set(const SocketSetting& setting) noexcept {
    const win32::ErrorCode error = Socket::set(setting);
    if (error == ERROR_SUCCESS) {
        remember(setting);
    }
    return error;
}

win32::Result<std::uint32_t> UdpSocket::get(SocketOption option) const noexcept {
    return option == SocketOption::kConnReset ? win32::Result<std::uint32_t>{connReset_ ? 1U : 0U}
                                              : Socket::get(option);
}

void UdpSocket::remember(const SocketSetting& setting) noexcept {
    if (setting.option == SocketOption::kConnReset) {
        connReset_ = setting.value != 0;
    }
}

}  // namespace iocp4j
