#pragma once

#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "devices/pipe/NamedPipe.h"
#include "engine/port/Backoff.h"
#include "win32/PipeInstances.h"
#include "win32/Result.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j {

class CompletionPort;

struct NamedPipeServerSettings {
    // The limits of NamedPipeServer.Builder, too.
    static constexpr std::uint32_t kMaxBuffer = 1 << 24;
    static constexpr std::uint32_t kMaxListening = 1'024;

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

// Keeps a number of instances of one pipe waiting for clients. Each instance is a device, which waits at first and is
// the connection later, and holds a share of the server as long as it waits. The server itself has only the handle that
// keeps the name.
//
// A connection reaches the listener as an accept of the instance's; a failure to have one, as an accept of the
// server's.
//
// An instance whose client has been disconnected leaves its handle to the next instance. That one is a new device with
// a key of its own: what a program still holds of the old connection cannot reach the new client.
class NamedPipeServer : public Device {
public:
    // Creates the pipe with its first instance. No client is accepted before listen().
    static win32::Result<Device::Key> open(CompletionPort& port, const NamedPipeServerSettings& settings);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kPipeServer, .ownOperations = true};
        return kTraits;
    }

    // Begins to wait for clients. Fails when not a single instance waits.
    win32::ErrorCode listen();

private:
    class Instance;

    // What an instance is made of.
    struct Unarmed {
        win32::Handle handle;
        Device::Key packetKey = 0;  // not 0 when it has been another instance's
    };

    // What fills a gap among those that wait: an idle instance, or a handle, or else a new handle.
    struct Filling {
        Device::Key idle = 0;
        Unarmed unarmed;
    };

    NamedPipeServer(CompletionPort& port, const NamedPipeServerSettings& settings, win32::PipeShape shape,
                    win32::SecurityDescriptor security, win32::OwnedPipe pipe);

    void onClosing() noexcept override;
    void onReminder() noexcept override;

    // Makes up the number of waiting instances. What cannot be done now is tried again after a while.
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode addInstance(Unarmed unarmed) noexcept;
    win32::Result<Device::Key> makeInstance(Unarmed unarmed);
    win32::ErrorCode createHandle(win32::Handle& handle) noexcept;
    bool reclaim(win32::Handle& handle, Device::Key packetKey) noexcept;
    void handleClosed() noexcept;
    bool reservePlace(Filling& filling) noexcept;
    bool enlist(Device::Key instance) noexcept;
    win32::ErrorCode arm(Device::Key instance) noexcept;
    bool layAside(Device::Key instance) noexcept;
    void notWaiting(Device::Key instance) noexcept;
    void notifyFailure(win32::ErrorCode failure) noexcept;

    const NamedPipeServerSettings settings_;
    const win32::PipeShape shape_;
    const win32::SecurityDescriptor security_;
    Backoff backoff_;
    // No client can connect to it: it keeps the name ours as long as we may make instances.
    const win32::Handle holder_;

    std::mutex mutex_;  // of everything below
    bool closing_ = false;
    bool listening_ = false;        // before, listen() returns a failure
    bool failing_ = false;          // the listener has had that failure, and nothing has succeeded since
    std::vector<Unarmed> unarmed_;  // those that open() has made, and those of disconnected instances
    std::uint32_t handles_;     // of instances, from before they are made until they are closed: maxInstances at most
    std::uint32_t making_ = 0;  // instances that will be armed in a moment
    std::unordered_set<Device::Key> armed_;  // an accept is in flight, or about to be
    std::vector<Device::Key> idle_;  // there was no operation to be had for the accept; clients may get in all the same
};

}  // namespace iocp4j
