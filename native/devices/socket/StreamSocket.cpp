#include "devices/socket/StreamSocket.h"

#include <mswsock.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "engine/notify/CompletionRoutine.h"
#include "engine/notify/ObjectWaits.h"
#include "engine/port/CompletionPort.h"
#include "win32/HandleCopy.h"
#include "win32/HandleTraits.h"

namespace iocp4j {

namespace {

using win32::calls;
using win32::winsockResult;

// For sends, too, although WSABUF is not const, because Winsock does not write to the buffer.
WSABUF bufferOf(const void* memory, std::size_t length) noexcept {
    return {static_cast<ULONG>(length), static_cast<char*>(const_cast<void*>(memory))};
}

// In the record of a connect without ConnectEx.
constexpr std::uint32_t kPlainConnect = 1;

// Lets connections to different peers have the same local port, as after a connect() that binds by itself. Otherwise
// each connection takes a port of its own, of about 16,000, which it keeps for minutes after its end. Not in every SDK,
// and not on every system; without it the socket works, too.
void shareLocalPort(SOCKET socket) noexcept {
    constexpr int kReuseUnicastPort = 0x3007;  // SO_REUSE_UNICASTPORT, Windows 10
    const BOOL on = TRUE;
    (void)calls.setSockOpt(socket, SOL_SOCKET, kReuseUnicastPort, reinterpret_cast<const char*>(&on), sizeof(on));
}

bool isFile(HANDLE handle) noexcept { return handle != nullptr && ::GetFileType(handle) == FILE_TYPE_DISK; }

// For calls that return TRUE or FALSE.
int resultOf(BOOL succeeded) noexcept { return succeeded ? 0 : SOCKET_ERROR; }

}  // namespace

// connect() instead of ConnectEx. The socket is non-blocking meanwhile, because a server with a full backlog may delay
// the client. An event signals the end.
class StreamSocket::PlainConnect final : public ObjectWaits::Owner {
public:
    explicit PlainConnect(SOCKET socket) noexcept : socket_(socket) {}

    Started start(Operation& operation, ObjectWaits& waits, const win32::SocketAddress& remote) noexcept {
        // As in Winsock only one at a time, because a second one would take the event from the first.
        if (inFlight_.exchange(true, std::memory_order_acquire)) {
            return Started::over(WSAEALREADY);
        }
        operation.record.detail = kPlainConnect;
        if (!event_) {
            return Started::over(WSAENOBUFS);
        }
        // WSAEventSelect also makes the socket non-blocking.
        win32::ErrorCode error = winsockResult(calls.wsaEventSelect(socket_, event_.get(), FD_CONNECT));
        if (error == ERROR_SUCCESS) {
            error = winsockResult(calls.connect(socket_, remote.raw(), remote.length()));
        }
        return error == WSAEWOULDBLOCK ? waits.start(operation, *this, event_.get(), nullptr, 0) : Started::over(error);
    }

    // Called when the operation is over.
    void end() noexcept {
        // In this order, because a socket with an event cannot be made blocking.
        u_long nonBlocking = 0;
        calls.wsaEventSelect(socket_, nullptr, 0);
        calls.ioctlSocket(socket_, static_cast<long>(FIONBIO), &nonBlocking);
        inFlight_.store(false, std::memory_order_release);
    }

private:
    std::optional<ObjectWaits::Outcome> signalled(void*, std::uint32_t) noexcept override {
        WSANETWORKEVENTS events{};
        const win32::ErrorCode error = winsockResult(calls.wsaEnumNetworkEvents(socket_, event_.get(), &events));
        if (error != ERROR_SUCCESS) {
            return ObjectWaits::Outcome{error, 0};
        }
        if ((events.lNetworkEvents & FD_CONNECT) == 0) {
            return std::nullopt;
        }
        return ObjectWaits::Outcome{static_cast<win32::ErrorCode>(events.iErrorCode[FD_CONNECT_BIT]), 0};
    }

    const SOCKET socket_;
    const win32::Handle event_{::CreateEventW(nullptr, FALSE, FALSE, nullptr)};
    std::atomic<bool> inFlight_{false};
};

StreamSocket::StreamSocket(CompletionPort& port, std::wstring name, win32::Handle socket, bool bound)
    : Socket(port, std::move(name), std::move(socket)), bound_(bound) {}

StreamSocket::StreamSocket(CompletionPort& port, DeviceName name, win32::Handle socket, Accepted accepted)
    : Socket(port, std::move(name), std::move(socket)),
      accepted_(accepted.local, accepted.remote),
      first_(std::move(accepted.first)),
      firstLength_(accepted.firstLength),
      bound_(true) {}

StreamSocket::~StreamSocket() = default;

win32::Result<Device::Key> StreamSocket::open(CompletionPort& port, const StreamSocketSettings& settings) {
    auto socket = openUnbound(settings.local.family(), SOCK_STREAM, settings.settings);
    if (!socket) {
        return win32::Result<Device::Key>::failure(socket.error());
    }
    if (settings.local.isNamed()) {
        if (const win32::ErrorCode error = bindToConnect(win32::socketOf(socket->get()), settings.local);
            error != ERROR_SUCCESS) {
            return win32::Result<Device::Key>::failure(error);
        }
    }
    return port.add(std::make_unique<StreamSocket>(port, settings.name, std::move(*socket)));
}

Started StreamSocket::read(Operation& operation, void* buffer, std::uint32_t length) noexcept {
    WSABUF whole = bufferOf(buffer, length);
    return readInto(operation, {&whole, 1});
}

Started StreamSocket::write(Operation& operation, const void* buffer, std::uint32_t length) noexcept {
    WSABUF whole = bufferOf(buffer, length);
    return writeFrom(operation, {&whole, 1});
}

Started StreamSocket::readInto(Operation& operation, std::span<WSABUF> buffers) noexcept {
    if (inputIsShut()) {
        return Started::over(ERROR_SUCCESS);
    }
    // A read without room waits for data. Its 0 bytes are not the end of the stream.
    const bool hasRoom = std::ranges::any_of(buffers, [](const WSABUF& buffer) { return buffer.len != 0; });
    operation.record.detail = detailOfRead(hasRoom);
    DWORD flags = 0;
    const auto count = static_cast<DWORD>(buffers.size());
    return start(
        operation,
        [&] { return started(calls.wsaRecv(socket(), buffers.data(), count, nullptr, &flags, &operation, nullptr)); },
        [&] {
            return startedWithRoutine(
                calls.wsaRecv(socket(), buffers.data(), count, nullptr, &flags, &operation, &socketRoutine));
        });
}

Started StreamSocket::writeFrom(Operation& operation, std::span<WSABUF> buffers) noexcept {
    const auto count = static_cast<DWORD>(buffers.size());
    return start(
        operation,
        [&] { return started(calls.wsaSend(socket(), buffers.data(), count, nullptr, 0, &operation, nullptr)); },
        [&] {
            return startedWithRoutine(
                calls.wsaSend(socket(), buffers.data(), count, nullptr, 0, &operation, &socketRoutine));
        });
}

win32::ErrorCode StreamSocket::bind(const win32::SocketAddress& address) noexcept {
    const win32::ErrorCode error = Socket::bind(socket(), address);
    if (error == ERROR_SUCCESS) {
        bound_ = true;
    }
    return error;
}

// ConnectEx requires a bound socket.
win32::ErrorCode StreamSocket::bindToAny(int family) noexcept {
    if (bound_) {
        return ERROR_SUCCESS;
    }
    const win32::ErrorCode error = bindToConnect(socket(), win32::SocketAddress::any(family));
    if (error == ERROR_SUCCESS) {
        bound_ = true;
    }
    // WSAEINVAL: another thread has bound the socket meanwhile.
    return error == WSAEINVAL && bound_ ? ERROR_SUCCESS : error;
}

// Binds a socket that is going to connect.
win32::ErrorCode StreamSocket::bindToConnect(SOCKET socket, const win32::SocketAddress& local) noexcept {
    if (local.lacksPort()) {
        shareLocalPort(socket);
    }
    return Socket::bind(socket, local);
}

Started StreamSocket::connect(Operation& operation, const win32::SocketAddress& remote) noexcept {
    if (remote.family() == AF_UNIX) {
        // AF_UNIX sockets have no ConnectEx.
        PlainConnect* plain = plainConnect();
        return plain == nullptr ? Started::over(WSAENOBUFS) : plain->start(operation, port().objectWaits(), remote);
    }
    if (const win32::ErrorCode error = bindToAny(remote.family()); error != ERROR_SUCCESS) {
        return Started::over(error);
    }
    return start(operation, [&] {
        return started(
            resultOf(calls.connectEx(socket(), remote.raw(), remote.length(), nullptr, 0, nullptr, &operation)));
    });
}

bool StreamSocket::cancel(Operation* operation) noexcept {
    if (operation != nullptr) {
        const bool isPlain = operation->record.opcode == Opcode::kConnect && operation->record.detail == kPlainConnect;
        return isPlain ? port().objectWaits().cancel(*operation) : Socket::cancel(operation);
    }
    PlainConnect* plain = nullptr;
    {
        const std::lock_guard lock{mutex_};
        plain = plainConnect_.get();
    }
    if (plain != nullptr) {
        port().objectWaits().cancelAll(*plain);
    }
    return Socket::cancel(nullptr);
}

StreamSocket::PlainConnect* StreamSocket::plainConnect() noexcept {
    const std::lock_guard lock{mutex_};
    if (!plainConnect_) {
        plainConnect_.reset(new (std::nothrow) PlainConnect{socket()});
    }
    return plainConnect_.get();
}

Started StreamSocket::disconnect(Operation& operation, bool reuse) noexcept {
    return start(operation, [&] {
        return started(resultOf(calls.disconnectEx(socket(), &operation, reuse ? TF_REUSE_SOCKET : 0, 0)));
    });
}

Started StreamSocket::transmitFile(Operation& operation, Transmission transmission) noexcept {
    TRANSMIT_FILE_BUFFERS around{transmission.head.data(), static_cast<DWORD>(transmission.head.size()),
                                 transmission.tail.data(), static_cast<DWORD>(transmission.tail.size())};
    const HANDLE file = transmission.file.get();
    {
        const std::lock_guard lock{mutex_};
        try {
            transmitting_.push_back({++transmissions_, std::move(transmission.file)});
        } catch (const std::bad_alloc&) {
            return Started::over(ERROR_NOT_ENOUGH_MEMORY);
        }
        operation.record.detail = transmissions_;
    }
    operation.setPosition(transmission.offset);
    return start(operation, [&] {
        return started(resultOf(calls.transmitFile(socket(), file, transmission.length, 0, &operation, &around, 0)));
    });
}

win32::Result<win32::Handle> StreamSocket::openFile(const std::wstring& path) noexcept {
    win32::Handle file{calls.createFile(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                        OPEN_EXISTING, FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN, nullptr)};
    return file ? std::move(file) : win32::Result<win32::Handle>::failure(::GetLastError());
}

win32::Result<win32::Handle> StreamSocket::openFile(const Device& file) noexcept {
    return isFile(file.handle()) ? win32::copyOf(file.handle())
                                 : win32::Result<win32::Handle>::failure(code(EngineError::kWrongDevice));
}

win32::Result<win32::Handle> StreamSocket::openFile(HANDLE file) noexcept {
    using Failure = win32::Result<win32::Handle>;
    if (!isFile(file)) {
        return Failure::failure(code(EngineError::kWrongDevice));
    }
    if (!win32::mayRead(file)) {
        return Failure::failure(ERROR_ACCESS_DENIED);
    }
    win32::Handle again{calls.reOpenFile(file, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                         FILE_FLAG_OVERLAPPED | FILE_FLAG_SEQUENTIAL_SCAN)};
    return again ? std::move(again) : win32::copyOf(file);
}

win32::ErrorCode StreamSocket::shutdownOutput() noexcept { return winsockResult(calls.shutdown(socket(), SD_SEND)); }

win32::ErrorCode StreamSocket::shutdownInput() noexcept {
    const win32::ErrorCode error = winsockResult(calls.shutdown(socket(), SD_RECEIVE));
    if (error == ERROR_SUCCESS) {
        inputIsShut_.store(true, std::memory_order_release);
        // shutdown() does not end the reads in flight. A read that starts now fails, or is found here.
        (void)port().operations().cancelAll(*this, Opcode::kRead);
    }
    return error;
}

win32::Result<std::uint32_t> StreamSocket::available() const noexcept {
    return inputIsShut() ? win32::Result<std::uint32_t>{0U} : Socket::available();
}

std::uint32_t StreamSocket::takeFirst(std::span<char> to) noexcept {
    const std::lock_guard lock{mutex_};
    if (!first_) {
        return 0;
    }
    const auto count = static_cast<std::uint32_t>(std::min(to.size(), std::size_t{firstLength_ - firstTaken_}));
    std::copy_n(first_.get() + firstTaken_, count, to.data());
    firstTaken_ += count;
    if (firstTaken_ == firstLength_) {
        first_.reset();
    }
    return count;
}

win32::Result<win32::SocketAddress> StreamSocket::localAddress() noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (accepted_) {
            return accepted_.local();
        }
    }
    return Socket::localAddress();
}

win32::Result<win32::SocketAddress> StreamSocket::remoteAddress() noexcept {
    {
        // Use the address from AcceptEx, because getpeername() fails once the peer has gone.
        const std::lock_guard lock{mutex_};
        if (accepted_) {
            return accepted_.remote();
        }
    }
    return Socket::remoteAddress();
}

bool StreamSocket::onCompleted(CompletionRecord& record) noexcept {
    Socket::onCompleted(record);
    switch (record.opcode) {
        case Opcode::kRead:
            // Only shutdownInput() makes a read fail with WSAESHUTDOWN, and it cancels those in flight.
            if (record.status == WSAESHUTDOWN || (record.status == ERROR_OPERATION_ABORTED && inputIsShut())) {
                record.status = ERROR_SUCCESS;
                record.bytes = 0;
                record.detail = 0;
            }
            break;
        case Opcode::kConnect:
            if (std::exchange(record.detail, 0) == kPlainConnect) {
                plainConnect()->end();
            } else if (record.status == ERROR_SUCCESS) {
                record.status = connected();
            }
            break;
        case Opcode::kDisconnect:
            if (record.status == ERROR_SUCCESS) {
                const std::lock_guard lock{mutex_};
                accepted_.reset();
                first_.reset();
                inputIsShut_.store(false, std::memory_order_release);
            }
            break;
        case Opcode::kTransmitFile: {
            const std::lock_guard lock{mutex_};
            std::erase_if(transmitting_, [&](const Transmitting& sent) { return sent.number == record.detail; });
            record.detail = 0;
            break;
        }
        default:
            break;
    }
    return true;
}

// Without SO_UPDATE_CONNECT_CONTEXT, shutdown(), getpeername() and other calls fail after ConnectEx.
win32::ErrorCode StreamSocket::connected() noexcept {
    return winsockResult(calls.setSockOpt(socket(), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0));
}

}  // namespace iocp4j
