#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "devices/socket/Socket.h"

namespace iocp4j {

class CompletionPort;

struct StreamSocketSettings {
    std::wstring name;
    win32::SocketAddress local;  // ConnectEx requires a bound socket
    SocketSettings settings;
};

// One end of a connection: accepted by a server, or connecting to one.
class StreamSocket : public Socket {
public:
    // The results of AcceptEx for a connection.
    struct Accepted {
        win32::SocketAddress local;
        win32::SocketAddress remote;
        std::unique_ptr<char[]> first;  // data that came with the connection, or nullptr
        std::uint32_t firstLength = 0;
    };

    // Opens a socket that is not connected.
    static win32::Result<Device::Key> open(CompletionPort& port, const StreamSocketSettings& settings);

    // A socket that is not connected, and perhaps not bound.
    StreamSocket(CompletionPort& port, std::wstring name, win32::Handle socket, bool bound = true);
    StreamSocket(CompletionPort& port, DeviceName name, win32::Handle socket, Accepted accepted);
    ~StreamSocket() override;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kStreamSocket,
                                        .errorOfStatus = &win32::winsockErrorOfStatus,
                                        .errorOfInline = &errorOfInline};
        return kTraits;
    }

    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;
    Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept override;
    Started readInto(Operation& operation, std::span<WSABUF> buffers) noexcept;
    Started writeFrom(Operation& operation, std::span<WSABUF> buffers) noexcept;

    win32::ErrorCode bind(const win32::SocketAddress& address) noexcept;

    // Binds a socket that is not bound to any local address, as connect() does.
    Started connect(Operation& operation, const win32::SocketAddress& remote) noexcept;

    bool cancel(Operation* operation) noexcept override;

    // Ends the connection gracefully. With `reuse` the socket can be connected again.
    Started disconnect(Operation& operation, bool reuse) noexcept;

    // A part of a file, with data to send before and after it. A length of 0 means the rest of the file.
    struct Transmission {
        win32::Handle file;
        std::uint64_t offset = 0;
        std::uint32_t length = 0;
        std::span<char> head;
        std::span<char> tail;
    };
    Started transmitFile(Operation& operation, Transmission transmission) noexcept;

    // Opens a file for a Transmission. The operation keeps it open.
    static win32::Result<win32::Handle> openFile(const std::wstring& path) noexcept;
    static win32::Result<win32::Handle> openFile(const Device& file) noexcept;

    // For a handle of other code, which may be synchronous. The position of its file object does not change, unless
    // Windows refuses to open the file a second time.
    static win32::Result<win32::Handle> openFile(HANDLE file) noexcept;

    // Ends the sending direction, so that the peer reads the end of the stream.
    win32::ErrorCode shutdownOutput() noexcept;

    // Ends the receiving direction: reads in flight and later ones complete with success and 0 bytes.
    win32::ErrorCode shutdownInput() noexcept;

    win32::Result<std::uint32_t> available() const noexcept override;

    // Moves the data that came with the connection, as much as fits, and returns its length.
    std::uint32_t takeFirst(std::span<char> to) noexcept;

    win32::Result<win32::SocketAddress> localAddress() noexcept override;
    win32::Result<win32::SocketAddress> remoteAddress() noexcept override;

private:
    struct Transmitting {
        std::uint32_t number;  // also in the operation's record
        win32::Handle file;
    };

    bool onCompleted(CompletionRecord& record) noexcept override;
    win32::ErrorCode connected() noexcept;
    bool inputIsShut() const noexcept { return inputIsShut_.load(std::memory_order_acquire); }
    win32::ErrorCode bindToAny(int family) noexcept;
    static win32::ErrorCode bindToConnect(SOCKET socket, const win32::SocketAddress& local) noexcept;

    class PlainConnect;
    PlainConnect* plainConnect() noexcept;  // returns nullptr if memory is exhausted

    std::mutex mutex_;               // guards everything below but the atomics
    win32::AddressPair accepted_;    // of a connection that a server has accepted, until it is disconnected
    std::unique_ptr<char[]> first_;  // data that came with it, until all is taken
    std::uint32_t firstLength_ = 0;
    std::uint32_t firstTaken_ = 0;
    std::unique_ptr<PlainConnect> plainConnect_;  // created by the first connect without ConnectEx
    // Files in transmission. An empty vector costs little for connections that send none.
    std::vector<Transmitting> transmitting_;
    std::uint32_t transmissions_ = 0;
    // At the end, where they fill padding: elsewhere each socket would need eight bytes more.
    std::atomic<bool> inputIsShut_{false};
    std::atomic<bool> bound_;
};

}  // namespace iocp4j
