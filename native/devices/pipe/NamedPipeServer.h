#pragma once

#include <algorithm>
#include <chrono>
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
    std::uint32_t listening = kListening;  // instances that wait for clients
    // The number of waiting instances after clients have taken half of them at once, until it is quiet again. Not more
    // than `listening` for a fixed number.
    std::uint32_t burst = 0;
    bool acceptRemote = false;
    std::wstring sddl;  // who may connect; empty for the current user, administrators and SYSTEM
    std::uint64_t token = 0;
};

// Keeps a number of instances of one pipe waiting for clients. Each instance is a device: first it waits and has a
// share of the server, then it is the connection. The server itself only has the handle that keeps the name.
//
// The listener gets a connection as an accept of the instance, and a failure as an accept of the server.
//
// After a disconnect the next instance reuses the handle. It is a new device with a new key, so that references to the
// old connection cannot reach the new client.
class NamedPipeServer : public Device {
public:
    // Creates the pipe with its first instance. No client is accepted before listen().
    static win32::Result<Device::Key> open(CompletionPort& port, const NamedPipeServerSettings& settings);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kPipeServer, .ownOperations = true};
        return kTraits;
    }

    // Starts to wait for clients. Fails if no instance waits.
    win32::ErrorCode listen();

private:
    class Instance;

    // The handle for a new instance.
    struct Unarmed {
        win32::Handle handle;
        Device::Key packetKey = 0;  // key of the handle's first instance, or 0 for a new handle
    };

    // What replaces a missing instance: an idle instance, an existing handle, or otherwise a new handle.
    struct Replacement {
        Device::Key idle = 0;
        Unarmed unarmed;
    };

    NamedPipeServer(CompletionPort& port, const NamedPipeServerSettings& settings, win32::PipeShape shape,
                    win32::SecurityDescriptor security, win32::OwnedPipe pipe);

    void onClosing() noexcept override;
    void onReminder() noexcept override;

    using Clock = std::chrono::steady_clock;

    // If clients have taken half of the waiting instances at once, more clients come. Then many more instances wait.
    // All of them are created before the first one is armed, because a free instance wakes all waiting clients.
    void growInABurst() noexcept;
    bool isBurst() noexcept;
    bool addUnarmed() noexcept;
    void shrinkIfQuiet() noexcept;

    // Creates or reuses instances until enough of them wait. A reminder tries again what fails.
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode addInstance(Unarmed unarmed) noexcept;
    win32::Result<Device::Key> makeInstance(Unarmed unarmed);
    win32::ErrorCode createHandle(win32::Handle& handle) noexcept;
    bool reclaim(win32::Handle& handle, Device::Key packetKey) noexcept;
    void handleClosed() noexcept;
    bool reserveInstance(Replacement& replacement) noexcept;
    bool enlist(Device::Key instance) noexcept;
    win32::ErrorCode arm(Device::Key instance) noexcept;
    bool setIdle(Device::Key instance) noexcept;
    void removeWaiting(Device::Key instance) noexcept;
    void notifyFailure(win32::ErrorCode failure) noexcept;

    const NamedPipeServerSettings settings_;
    const win32::PipeShape shape_;
    const win32::SecurityDescriptor security_;
    Backoff backoff_;
    // The handle that keeps the pipe's name. No client can connect to it.
    const win32::Handle holder_;

    std::mutex mutex_;  // guards everything below
    bool closing_ = false;
    std::uint32_t target_;                   // of waiting instances: `listening`, or `burst`
    std::uint32_t accepted_ = 0;             // clients since the last look
    Clock::time_point quietFrom_;            // time of the next look, if target_ is `burst`
    bool listening_ = false;                 // until then listen() returns the failure
    bool failing_ = false;                   // the failure was reported, and no instance was created since
    std::vector<Unarmed> unarmed_;           // handles from open() and of disconnected instances
    std::uint32_t handles_;                  // open or about to be created; maxInstances at most
    std::uint32_t making_ = 0;               // instances that are being created
    std::unordered_set<Device::Key> armed_;  // an accept is in flight or about to start
    std::vector<Device::Key> idle_;  // no operation was available for the accept; clients may connect nevertheless
};

}  // namespace iocp4j
