#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "devices/NamedPipe.h"
#include "win32/Result.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j {

class CompletionPort;

struct NamedPipeServerSettings {
    std::wstring name;
    PipeDirection direction = PipeDirection::kDuplex;
    bool messages = false;  // else bytes
    std::uint32_t inBuffer = 65'536;
    std::uint32_t outBuffer = 65'536;
    std::uint32_t maxInstances = PIPE_UNLIMITED_INSTANCES;
    std::uint32_t listening = 4;  // instances kept waiting for clients
    bool acceptRemote = false;
    std::wstring sddl;  // who may connect; empty for the current user, administrators and SYSTEM
    std::uint64_t token = 0;
};

// Keeps a number of instances of one pipe waiting for clients. It has no handle of its own: each instance is a device,
// which waits at first and is the connection later, and holds a share of the server as long as it waits.
//
// A connection reaches the listener as an accept of the instance's; a failure to have one, as an accept of the
// server's.
class NamedPipeServer : public Device {
public:
    // Creates the pipe with its first instance. Nobody is accepted before listen().
    static win32::Result<Device::Key> open(CompletionPort& port, const NamedPipeServerSettings& settings);

    // Begins to wait for clients. Fails when not a single instance waits.
    win32::ErrorCode listen();

private:
    class Instance;

    enum class Waiting {
        kArmed,  // an accept is in flight, or about to be
        kIdle,   // there was no operation to be had for the accept; clients may get in all the same
    };

    NamedPipeServer(CompletionPort& port, const NamedPipeServerSettings& settings, win32::SecurityDescriptor security,
                    win32::Handle first) noexcept;

    static win32::Result<win32::Handle> createInstance(const NamedPipeServerSettings& settings,
                                                       const win32::SecurityDescriptor& security, bool first) noexcept;

    // None of its operations is a caller's.
    void cancelAll() noexcept override {}
    void closing() noexcept override;
    void reminded() noexcept override { replenish(); }

    // Makes up the number of waiting instances. What cannot be done now is tried again after a while.
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode addInstance();
    win32::Result<win32::Handle> takeHandle() noexcept;
    bool reserve() noexcept;
    void unreserve() noexcept;
    bool enlist(Device::Key instance) noexcept;
    win32::ErrorCode arm(Device::Key instance) noexcept;
    bool layAside(Device::Key instance) noexcept;
    Device::Key takeIdle() noexcept;
    void notWaiting(Device::Key instance) noexcept;

    const NamedPipeServerSettings settings_;
    const win32::SecurityDescriptor security_;

    std::mutex mutex_;  // of everything below
    bool closing_ = false;
    win32::Handle first_;         // made by open(), used up by listen()
    std::uint32_t reserved_ = 0;  // instances that are armed, or being made
    std::unordered_map<Device::Key, Waiting> waiting_;
};

}  // namespace iocp4j
