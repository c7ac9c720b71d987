#pragma once

#include <atomic>
#include <cstdint>

#include "devices/ByteDevice.h"
#include "win32/Result.h"

namespace iocp4j {

// The direction of data, as seen from this end. The values are those of PIPE_ACCESS_...
enum class PipeDirection : std::uint32_t {
    kInbound = PIPE_ACCESS_INBOUND,
    kOutbound = PIPE_ACCESS_OUTBOUND,
    kDuplex = PIPE_ACCESS_DUPLEX,
};

// One end of a connected pipe: the client's, or the server's after ConnectNamedPipe.
class NamedPipe : public ByteDevice {
public:
    struct Contents {
        std::uint32_t bytes;          // can be read now
        std::uint32_t leftInMessage;  // rest of the message that is partly read; 0 on a byte pipe
    };

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kPipe, .errorWithoutHandle = ERROR_PIPE_NOT_CONNECTED};
        return kTraits;
    }

    // Writes a message and reads the next one (TransactNamedPipe).
    Started transact(Operation& operation, const void* request, std::uint32_t requestLength, void* answer,
                     std::uint32_t answerLength) noexcept;

    win32::Result<Contents> peek() const noexcept;

    // Blocks until the peer has read all data (FlushFileBuffers), or until a cancel or the close of this device.
    win32::ErrorCode flush() noexcept;

    // Ends the connection at once, discards data that the peer has not read, and closes this device. Returns
    // kWrongDevice for a client's end.
    virtual win32::ErrorCode disconnect() noexcept;

    // Returns true for a pipe of type message, whatever this end's read mode is. Returns false if Windows does not
    // allow the query, as on an end that only writes.
    bool keepsMessages() const noexcept;

    // The terminal session of the process at the other end.
    win32::Result<std::uint32_t> peerSession() const noexcept;

    void onClosing() noexcept override;

private:
    std::atomic<std::uint32_t> flushes_{0};  // in progress
};

}  // namespace iocp4j
