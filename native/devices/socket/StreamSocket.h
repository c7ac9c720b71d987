#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "devices/socket/Socket.h"

namespace iocp4j {

class CompletionPort;

struct StreamSocketSettings {
    std::wstring name;
    win32::SocketAddress local;  // where to bind: ConnectEx wants that done
    SocketSettings settings;
};

// One end of a connection: what a server accepts, or what connects to one.
class StreamSocket : public Socket {
public:
    // What AcceptEx has returned of a connection.
    struct Accepted {
        win32::SocketAddress local;
        win32::SocketAddress remote;
        std::unique_ptr<char[]> first;  // what came with it, nullptr for nothing
        std::uint32_t firstLength = 0;
    };

    // A socket that is not connected yet.
    static win32::Result<Device::Key> open(CompletionPort& port, const StreamSocketSettings& settings);

    StreamSocket(CompletionPort& port, std::wstring name, win32::Handle socket);
    StreamSocket(CompletionPort& port, std::wstring name, win32::Handle socket, Accepted accepted);
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

    Started connect(Operation& operation, const win32::SocketAddress& remote) noexcept;

    bool cancel(Operation* operation) noexcept override;

    // Parts from the peer in order; with `reuse` the socket can be connected again.
    Started disconnect(Operation& operation, bool reuse) noexcept;

    // A part of a file, and what to send before and after it. A length of 0 is as much as there is.
    struct Transmission {
        win32::Handle file;
        std::uint64_t offset = 0;
        std::uint32_t length = 0;
        std::span<char> head;
        std::span<char> tail;
    };
    Started transmitFile(Operation& operation, Transmission transmission) noexcept;

    // A file for that, which stays open until it has been sent.
    static win32::Result<win32::Handle> openFile(const std::wstring& path) noexcept;
    static win32::Result<win32::Handle> openFile(const Device& file) noexcept;

    // No more will be sent; the peer reads the end.
    win32::ErrorCode shutdownOutput() noexcept;

    // Moves what has come with the connection, as much as fits; answers how much.
    std::uint32_t takeFirst(std::span<char> to) noexcept;

    win32::Result<win32::SocketAddress> localAddress() noexcept override;
    win32::Result<win32::SocketAddress> remoteAddress() noexcept override;

private:
    struct Transmitting {
        std::uint32_t number;  // in its operation's record
        win32::Handle file;
    };

    bool onCompleted(CompletionRecord& record) noexcept override;
    win32::ErrorCode connected() noexcept;

    class PlainConnect;
    PlainConnect* plainConnect() noexcept;  // nullptr for want of memory

    std::mutex mutex_;                            // of everything below
    std::optional<Accepted> accepted_;            // until it is disconnected
    std::unique_ptr<PlainConnect> plainConnect_;  // once there has been one
    std::uint32_t firstTaken_ = 0;
    // Files that are being sent. Few at a time, if any: a connection that sends none pays for an empty vector.
    std::vector<Transmitting> transmitting_;
    std::uint32_t transmissions_ = 0;
};

}  // namespace iocp4j
