#pragma once

#include "devices/ByteDevice.h"
#include "win32/Result.h"

namespace iocp4j {

// Which way data goes, seen from the end that says it. The values are those of PIPE_ACCESS_...
enum class PipeDirection : std::uint32_t {
    kInbound = PIPE_ACCESS_INBOUND,
    kOutbound = PIPE_ACCESS_OUTBOUND,
    kDuplex = PIPE_ACCESS_DUPLEX,
};

// One end of a pipe that is connected: a client's, or a server's after ConnectNamedPipe.
class NamedPipe : public ByteDevice {
public:
    struct Contents {
        std::uint32_t bytes;          // that can be read now
        std::uint32_t leftInMessage;  // after those that have been read of it; 0 on a pipe of bytes
    };

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kPipe};
        return kTraits;
    }

    // Writes a message and reads the next one (TransactNamedPipe).
    Started transact(Operation& operation, const void* request, std::uint32_t requestLength, void* answer,
                     std::uint32_t answerLength) noexcept;

    win32::Result<Contents> peek() const noexcept;

    // Waits until the peer has read all that was written (FlushFileBuffers).
    win32::ErrorCode flush() const noexcept;

    // Ends the connection for the peer at once, with whatever it has not read yet, and closes this device. Only the
    // server's end can; a client's says kWrongDevice.
    virtual win32::ErrorCode disconnect() noexcept;

    // Whether the pipe keeps messages apart, however this end reads them. False, too, where Windows does not say: it
    // does not where this end only writes.
    bool keepsMessages() const noexcept;

    // The terminal session of the process at the other end.
    win32::Result<std::uint32_t> peerSession() const noexcept;
};

}  // namespace iocp4j
