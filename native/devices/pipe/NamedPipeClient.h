#pragma once

#include <chrono>
#include <string>

#include "devices/pipe/NamedPipe.h"
#include "engine/port/CompletionPort.h"
#include "win32/Result.h"

namespace iocp4j {

struct NamedPipeClientSettings {
    std::wstring name;
    PipeDirection direction = PipeDirection::kDuplex;
    bool readMessages = false;                                            // otherwise bytes
    SECURITY_IMPERSONATION_LEVEL impersonation = SecurityIdentification;  // what the server may do as the client's user
    std::chrono::milliseconds timeout{0};  // the longest wait while all instances are busy
    bool wasBusy = false;  // an earlier attempt has found the pipe, so that it may be missing for a moment
};

// Connects to a pipe. Blocks while the pipe is busy, and while a pipe that was busy is missing, because its server may
// be between two instances. Closing the port ends the wait. At the deadline the error is that of the last attempt.
// Fails with ERROR_INVALID_NAME if the name does not lead to a pipe.
win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, const NamedPipeClientSettings& settings);

// The process id of the server, or 0.
std::uint32_t serverProcessId(const Device& client) noexcept;

}  // namespace iocp4j
