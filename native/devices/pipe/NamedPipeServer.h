#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include "devices/pipe/ServedPipe.h"
#include "engine/port/Backoff.h"
#include "win32/Result.h"

namespace iocp4j {

class CompletionPort;

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

    NamedPipeServer(CompletionPort& port, const NamedPipeServerSettings& settings, ServedPipe served);

    void onClosing() noexcept override;
    void onReminder() noexcept override;

    using Clock = std::chrono::steady_clock;

    // If clients have taken half of the waiting instances at once, more clients come. Then many more instances wait.
    // All of them are created before the first one is armed, because a free instance wakes all waiting clients.
    //
    // When it is quiet again, clients use up the surplus, because an instance that is closed can lose a client: Windows
    // has no call that closes it only if no client has come.
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
    const std::uint32_t burst_;  // as in the settings, if the port has enough operations

    std::mutex mutex_;  // guards everything below
    bool closing_ = false;
    std::uint32_t target_;            // least number of waiting instances: `listening`, or `burst`
    std::uint32_t accepted_ = 0;      // clients since the last look
    Clock::time_point quietFrom_;     // time of the next look, if target_ is `burst`
    bool listening_ = false;          // until then listen() returns the failure
    bool failing_ = false;            // the failure was reported, and no instance was created since
    std::vector<Unarmed> unarmed_;    // handles from open() and of disconnected instances
    std::uint32_t handles_;           // open or about to be created; maxInstances at most
    std::uint32_t making_ = 0;        // instances that are being created
    std::vector<Device::Key> armed_;  // an accept is in flight or about to start
    std::vector<Device::Key> idle_;   // no operation was available for the accept; clients may connect nevertheless
};

}  // namespace iocp4j
