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
    bool readMessages = false;                                            // else bytes
    SECURITY_IMPERSONATION_LEVEL impersonation = SecurityIdentification;  // what the server may do in our name
    std::chrono::milliseconds timeout{0};                                 // with a pipe whose instances are all busy
    bool wasBusy = false;  // an earlier attempt has found the pipe, so that it may be missing for a moment
};

// Connects to a pipe. Blocks while the pipe is busy, and while a pipe that has been busy is missing: its server may be
// between two instances. The port can be closed meanwhile, which ends the wait. When the time is up the error is that
// of the last attempt. ERROR_INVALID_NAME where the name leads to something else than a pipe.
win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, const NamedPipeClientSettings& settings);

// The process at the other end of a client's pipe, or 0.
std::uint32_t serverProcessId(const Device& client) noexcept;

}  // namespace iocp4j
