#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "devices/pipe/ServedPipe.h"
#include "engine/notify/Notifier.h"
#include "engine/port/Backoff.h"
#include "engine/port/Detached.h"

namespace iocp4j {

class CompletionPort;

// A pipe server whose accepts are operations of the server itself. The program starts them one by one, or the server
// keeps some in flight. An instance becomes a device when its client has come: one of the server's port, or a Detached.
//
// For a detached connection the instance must not be bound to the server's port, because a handle stays with its port.
// Then an event notifies the port of the accept's end.
class PipeAcceptor final : public Device {
public:
    // Creates the pipe with its first instance. Settings with `listening` 0 are for accepts on demand.
    static win32::Result<Device::Key> open(CompletionPort& port, const NamedPipeServerSettings& settings);

    const Traits& traits() const noexcept override { return onDemand() ? kTraitsOnDemand : kTraits; }

    bool onDemand() const noexcept { return settings_.listening == 0; }

    // Starts the server's own accepts. Fails if none is in flight.
    win32::ErrorCode listen() noexcept;

    // Starts one accept. Completes with ERROR_PIPE_BUSY while maxInstances are open.
    Started accept(Operation& operation) noexcept;

    bool cancel(Operation* operation) noexcept override;

    // An instance's handle was closed; another one may be created.
    static void instanceClosed(Device::Key server) noexcept;

private:
    static constexpr Traits kTraits{.kind = DeviceKind::kPipeServer, .ownOperations = true};
    static constexpr Traits kTraitsOnDemand{.kind = DeviceKind::kPipeServer};

    // One accept. Only the thread that starts it, and later the one that completes it, changes it.
    struct Slot {
        bool armed = false;  // an accept is in flight or about to start
        win32::Handle instance;
    };

    PipeAcceptor(CompletionPort& port, const NamedPipeServerSettings& settings, ServedPipe served);

    bool onCompleted(CompletionRecord& record) noexcept override;
    void onReminder() noexcept override;
    void onClosing() noexcept override;

    std::uint32_t idleSlot() noexcept;
    win32::ErrorCode equip(std::uint32_t number) noexcept;
    win32::Result<win32::Handle> instance() noexcept;
    win32::Handle takeInstance(std::uint32_t number) noexcept;
    win32::ErrorCode addConnection(win32::Handle& instance, CompletionRecord& record) noexcept;
    win32::Result<std::uint64_t> add(win32::Handle& instance);
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode startOwn() noexcept;

    const NamedPipeServerSettings settings_;
    const win32::PipeShape shape_;
    const win32::SecurityDescriptor security_;
    // The handle that keeps the pipe's name. No client can connect to it.
    const win32::Handle holder_;
    const std::unique_ptr<Notifier> byEvent_;  // nullptr if instances are bound to the port
    Backoff backoff_;
    std::atomic<bool> listening_{false};  // until then listen() returns the failure

    std::mutex mutex_;  // guards everything below
    std::deque<Slot> slots_;
    std::vector<win32::Handle> spare_;  // instances from open() that no accept has used
    std::uint32_t handles_;             // open or about to be created; maxInstances at most
    std::uint32_t own_ = 0;             // accepts of the server itself, in flight or about to start
};

}  // namespace iocp4j
