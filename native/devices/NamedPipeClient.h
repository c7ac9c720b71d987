#pragma once

#include <chrono>
#include <string>

#include "devices/NamedPipe.h"
#include "engine/CompletionPort.h"
#include "win32/Result.h"

namespace iocp4j {

struct NamedPipeClientSettings {
    std::wstring name;
    PipeDirection direction = PipeDirection::kDuplex;
    bool readMessages = false;                                            // else bytes
    SECURITY_IMPERSONATION_LEVEL impersonation = SecurityIdentification;  // what the server may do in our name
    std::chrono::milliseconds patience{0};                                // with a pipe whose instances are all busy
};

// Connects to a pipe that somebody serves. Blocks while the pipe is busy; that does not keep the port from being
// closed, which ends the wait.
win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, const NamedPipeClientSettings& settings);

// The process at the other end of a client's pipe, or 0.
std::uint32_t serverProcessId(const Device& client) noexcept;

}  // namespace iocp4j
