#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "devices/pipe/NamedPipe.h"
#include "devices/pipe/PipeWaits.h"
#include "engine/port/CompletionPort.h"
#include "win32/Result.h"

namespace iocp4j {

struct NamedPipeClientSettings {
    std::wstring name;
    PipeDirection direction = PipeDirection::kDuplex;
    bool readMessages = false;                                            // otherwise bytes
    SECURITY_IMPERSONATION_LEVEL impersonation = SecurityIdentification;  // what the server may do as the client's user
    bool wait = true;            // while the pipe is busy, or missing after it was busy; otherwise one attempt
    bool waitForServer = false;  // also while the pipe is missing from the beginning
};

// A client's end of a pipe. It is registered without a handle, and gets one when it is connected. It connects once.
class NamedPipeClient final : public NamedPipe, private PipeWaits::Waiter {
public:
    // Gets the result of a connect that is no operation.
    class Listener {
    public:
        // Called once, on a thread of the process's thread pool, or on the one that closes the device. `last` is the
        // error of the last attempt.
        virtual void onConnected(win32::ErrorCode error, win32::ErrorCode last) noexcept = 0;

    protected:
        ~Listener() = default;
    };

    // Registers a client that is not connected. Fails only if the port refuses the device.
    static win32::Result<Device::Key> open(CompletionPort& port, const NamedPipeClientSettings& settings);

    NamedPipeClient(CompletionPort& port, const NamedPipeClientSettings& settings)
        : NamedPipe(port, settings.name, win32::Handle{}), settings_(settings) {}

    // Connects as an operation with the opcode kConnect. The detail of its record is the server's process id, or after
    // a timeout the error of the last attempt. A name that does not lead to a pipe gives ERROR_INVALID_NAME.
    Started connect(Operation& operation) noexcept;

    // Connects without an operation, so that no thread needs to drain the port. Returns ERROR_IO_PENDING if the
    // listener gets the result later; the close of the device ends that wait with ERROR_OPERATION_ABORTED.
    win32::ErrorCode connect(Listener& listener) noexcept;

    bool cancel(Operation* operation) noexcept override;

private:
    win32::ErrorCode begin() noexcept;
    win32::ErrorCode use(win32::Handle pipe) noexcept;
    Attempt attempt() noexcept override;
    void onWaitEnded(win32::ErrorCode error) noexcept override;
    bool onCompleted(CompletionRecord& record) noexcept override;

    const NamedPipeClientSettings settings_;
    std::atomic<bool> begun_{false};
    std::atomic<win32::ErrorCode> last_{ERROR_SUCCESS};  // of the last attempt
    bool wasBusy_ = false;                               // used by attempts
    // One of the two during a connect.
    Operation* operation_ = nullptr;
    Listener* listener_ = nullptr;
};

// Connects to a pipe and blocks meanwhile, up to the timeout; zero makes one attempt. Closing the port ends the wait.
// At the deadline the error is that of the last attempt.
win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, NamedPipeClientSettings settings,
                                            std::chrono::milliseconds timeout);

// The process id of the server, or 0.
std::uint32_t serverProcessId(const Device& client) noexcept;

}  // namespace iocp4j
