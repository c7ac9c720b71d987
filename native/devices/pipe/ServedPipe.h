#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "devices/pipe/NamedPipe.h"
#include "win32/PipeInstances.h"
#include "win32/Result.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j {

struct NamedPipeServerSettings {
    // NamedPipeServer.Builder has the same limits.
    static constexpr std::uint32_t kMaxBuffer = 1 << 24;
    static constexpr std::uint32_t kMaxListening = 1'024;
    static constexpr std::uint32_t kListening = 4;  // by default, with kBurst
    static constexpr std::uint32_t kBurst = 256;

    // The default number of waiting instances, which adapts.
    void adapt() noexcept {
        listening = std::min(kListening, maxInstances);
        burst = maxInstances == PIPE_UNLIMITED_INSTANCES ? kBurst : std::min(kBurst, maxInstances);
    }

    std::wstring name;
    PipeDirection direction = PipeDirection::kDuplex;
    bool messages = false;  // otherwise bytes
    std::uint32_t inBuffer = 65'536;
    std::uint32_t outBuffer = 65'536;
    std::uint32_t maxInstances = PIPE_UNLIMITED_INSTANCES;
    std::uint32_t listening = kListening;  // instances that wait for clients; 0 for those of PipeAcceptor::accept()
    // The number of waiting instances after clients have taken half of them at once, until it is quiet again and
    // clients have taken the surplus. Not more than `listening` for a fixed number.
    std::uint32_t burst = 0;
    bool acceptRemote = false;
    std::wstring sddl;  // who may connect; empty for the current user, administrators and SYSTEM
    std::uint64_t token = 0;
    bool detached = false;  // connections belong to no port: see Detached
};

// A pipe that this process has created, and what its instances share.
struct ServedPipe {
    // Fails with ERROR_ACCESS_DENIED if the pipe exists.
    static win32::Result<ServedPipe> create(const NamedPipeServerSettings& settings);

    win32::PipeShape shape;
    win32::SecurityDescriptor security;
    win32::OwnedPipe pipe;
};

// Waits for a client (ConnectNamedPipe).
Started connectInstance(HANDLE instance, Operation& operation) noexcept;

// The process id of the client, or 0.
std::uint32_t clientProcessId(HANDLE instance) noexcept;

}  // namespace iocp4j
