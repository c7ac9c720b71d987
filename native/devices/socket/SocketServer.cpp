#include "devices/socket/SocketServer.h"

#include <mswsock.h>

#include <algorithm>
#include <new>

#include "devices/AcceptSlots.h"
#include "devices/socket/DetachedSocket.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {

namespace {

using win32::calls;
using win32::winsockResult;

// AcceptEx requires 16 bytes more than the longest address.
constexpr DWORD kAddressRoom = win32::SocketAddress::kCapacity + 16;

// In the record of a failure that belongs to no slot.
constexpr std::uint32_t kNoSlot = UINT32_MAX;

// Failures of the server itself. All others count as one client's, because the codes for a client that has gone are
// many and differ between systems.
bool isServerFailure(win32::ErrorCode error) noexcept {
    return error == WSAENOBUFS || error == WSAEMFILE || error == WSAENOTSOCK;
}

// Maps an error of the engine to the Winsock code for the listener.
win32::ErrorCode winsockErrorOf(win32::ErrorCode error) noexcept {
    switch (static_cast<EngineError>(error)) {
        case EngineError::kDeviceLimit:
            return WSAEMFILE;
        case EngineError::kOutOfMemory:
            return WSAENOBUFS;
        case EngineError::kPortClosed:
        case EngineError::kPortLost:
            return WSA_OPERATION_ABORTED;
        default:
            return error;
    }
}

}  // namespace

SocketServer::SocketServer(CompletionPort& port, const SocketServerSettings& settings, int family, win32::Handle socket)
    : Socket(port, settings.name, std::move(socket)),
      settings_(settings),
      family_(family),
      slots_(settings.listening) {}

win32::Result<Device::Key> SocketServer::open(CompletionPort& port, const SocketServerSettings& settings) {
    auto socket = openBound(SOCK_STREAM, settings.address, settings.settings);
    if (!socket) {
        return win32::Result<Device::Key>::failure(socket.error());
    }
    return open(port, settings, settings.address.family(), std::move(*socket));
}

win32::Result<Device::Key> SocketServer::open(CompletionPort& port, const SocketServerSettings& settings, int family,
                                              win32::Handle socket) {
    return port.add(std::unique_ptr<Device>{new SocketServer{port, settings, family, std::move(socket)}});
}

win32::ErrorCode SocketServer::listen() noexcept {
    win32::ErrorCode error = winsockResult(calls.listen(socket(), settings_.backlog));
    if (error != ERROR_SUCCESS) {
        return error;
    }
    error = replenish();
    const std::lock_guard lock{mutex_};
    listening_ = error == ERROR_SUCCESS ||
                 std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.armed; });
    return listening_ ? ERROR_SUCCESS : error;
}

win32::ErrorCode SocketServer::replenish() noexcept {
    for (std::uint32_t index = 0; index < slots_.size(); ++index) {
        if (const win32::ErrorCode error = arm(index); error != ERROR_SUCCESS) {
            return error;
        }
    }
    return ERROR_SUCCESS;
}

win32::ErrorCode SocketServer::arm(std::uint32_t index) noexcept {
    Slot& slot = slotAt(index);
    {
        const std::lock_guard lock{mutex_};
        if (std::exchange(slot.armed, true)) {
            return ERROR_SUCCESS;
        }
    }
    win32::ErrorCode error = equip(slot);
    if (error != ERROR_SUCCESS) {
        notifyFailure(error);
    } else if (Share<Device> self{key()}) {
        error = port()
                    .operations()
                    .submit(std::move(self), Opcode::kAccept, settings_.token, Pins{}, Operations::kForEver,
                            [&](Operation& operation) { return accept(operation, index); })
                    .error();
    } else {
        error = code(EngineError::kDeviceClosed);
    }
    if (error != ERROR_SUCCESS) {
        {
            const std::lock_guard lock{mutex_};
            slot.armed = false;
        }
        port().remind(key(), backoff_.delay());
    }
    return error;
}

void SocketServer::onReminder() noexcept {
    backoff_.waited();
    replenish();
}

win32::ErrorCode SocketServer::equip(Slot& slot) const noexcept {
    if (!slot.memory) {
        slot.memory.reset(new (std::nothrow) char[settings_.firstBytes + 2 * kAddressRoom]);
        if (!slot.memory) {
            return WSAENOBUFS;
        }
    }
    if (!slot.socket) {
        auto socket = win32::createSocket(family_, SOCK_STREAM);
        if (!socket) {
            return socket.error();
        }
        slot.socket = std::move(*socket);
    }
    // AcceptEx may omit the addresses of a client that has gone. Clear those of an earlier client.
    std::fill_n(slot.memory.get() + settings_.firstBytes, 2 * kAddressRoom, '\0');
    return ERROR_SUCCESS;
}

Started SocketServer::accept(Operation& operation) noexcept {
    const std::uint32_t index = idleSlot();
    operation.record.detail = index;
    if (index == kNoSlot) {
        return Started::over(WSAENOBUFS);
    }
    const win32::ErrorCode error = equip(slotAt(index));
    return error == ERROR_SUCCESS ? accept(operation, index) : Started::over(error);
}

// Returns the index of an armed slot, or kNoSlot if memory is exhausted.
std::uint32_t SocketServer::idleSlot() noexcept {
    const std::lock_guard lock{mutex_};
    return armIdleSlot(slots_).value_or(kNoSlot);
}

SocketServer::Slot& SocketServer::slotAt(std::uint32_t index) noexcept {
    const std::lock_guard lock{mutex_};
    return slots_[index];
}

Started SocketServer::accept(Operation& operation, std::uint32_t index) noexcept {
    const Slot& slot = slotAt(index);
    operation.record.detail = index;
    DWORD received = 0;
    return start(operation, [&] {
        const BOOL succeeded = calls.acceptEx(socket(), win32::socketOf(slot.socket.get()), slot.memory.get(),
                                              settings_.firstBytes, kAddressRoom, kAddressRoom, &received, &operation);
        return started(succeeded ? 0 : SOCKET_ERROR);
    });
}

bool SocketServer::onCompleted(CompletionRecord& record) noexcept {
    Socket::onCompleted(record);
    const std::uint32_t index = std::exchange(record.detail, 0);
    if (record.opcode != Opcode::kAccept || index == kNoSlot) {
        return true;
    }
    Slot& slot = slotAt(index);
    if (record.status == ERROR_SUCCESS) {
        record.status = addConnection(slot, record);
    }
    const bool isConnected = record.status == ERROR_SUCCESS;
    if (!isConnected) {
        record.bytes = 0;
    }
    slot.socket.reset();
    {
        const std::lock_guard lock{mutex_};
        slot.armed = false;
    }
    if (onDemand()) {
        return true;
    }
    if (isConnected) {
        backoff_.succeeded();
    }
    if (table().closed(key())) {
        // An accept that the library has cancelled is not reported.
        return isConnected;
    }
    if (isConnected || (!isServerFailure(record.status) && backoff_.allowsAtOnce())) {
        arm(index);
        return isConnected;
    }
    port().remind(key(), backoff_.delay());
    return backoff_.takeReport();
}

// Stores the key of the new connection in the record.
win32::ErrorCode SocketServer::addConnection(Slot& slot, CompletionRecord& record) noexcept {
    // Without SO_UPDATE_ACCEPT_CONTEXT, shutdown(), getpeername() and other calls fail on the connection.
    const SOCKET listener = socket();
    const win32::ErrorCode error =
        winsockResult(calls.setSockOpt(win32::socketOf(slot.socket.get()), SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                                       reinterpret_cast<const char*>(&listener), sizeof(listener)));
    if (error != ERROR_SUCCESS) {
        return error;
    }
    try {
        const auto added = add(slot, accepted(slot, record.bytes));
        if (!added) {
            return winsockErrorOf(added.error());
        }
        record.key = *added;
        record.kind = settings_.detached ? detached(DeviceKind::kStreamSocket) : DeviceKind::kStreamSocket;
        return ERROR_SUCCESS;
    } catch (const std::bad_alloc&) {
        return WSAENOBUFS;
    }
}

win32::Result<std::uint64_t> SocketServer::add(Slot& slot, StreamSocket::Accepted accepted) {
    if (settings_.detached) {
        return Detached::add(
            std::make_unique<DetachedSocket>(family_, sharedName(), std::move(slot.socket), std::move(accepted)));
    }
    return port().add(
        std::make_unique<StreamSocket>(port(), sharedName(), std::move(slot.socket), std::move(accepted)));
}

StreamSocket::Accepted SocketServer::accepted(Slot& slot, std::uint32_t firstLength) const noexcept {
    sockaddr* local = nullptr;
    sockaddr* remote = nullptr;
    int localLength = 0;
    int remoteLength = 0;
    calls.getAcceptExSockaddrs(win32::socketOf(slot.socket.get()), slot.memory.get(), settings_.firstBytes,
                               kAddressRoom, kAddressRoom, &local, &localLength, &remote, &remoteLength);
    StreamSocket::Accepted found{win32::SocketAddress::copyOf(local, localLength),
                                 win32::SocketAddress::copyOf(remote, remoteLength), nullptr, firstLength};
    const SOCKET connection = win32::socketOf(slot.socket.get());
    // If both ways fail, the address has the family AF_UNSPEC.
    if (found.local.family() == AF_UNSPEC) {
        found.local = *localAddressOf(connection);
    }
    if (found.remote.family() == AF_UNSPEC) {
        found.remote = *remoteAddressOf(connection);
    }
    if (firstLength > 0) {
        found.first = std::move(slot.memory);
    }
    return found;
}

// Reports that the server cannot start an accept.
void SocketServer::notifyFailure(win32::ErrorCode failure) noexcept {
    Share<Device> self{key()};
    if (self && listening_ && backoff_.takeReport()) {
        (void)port().operations().report(std::move(self), Opcode::kAccept, settings_.token, kNoSlot,
                                         Started::over(failure));
    }
}

}  // namespace iocp4j
