#pragma once

#include <string>

#include "engine/notify/ObjectWaits.h"
#include "engine/port/Device.h"
#include "win32/Result.h"

namespace iocp4j {

// A kernel object that cannot be bound to a port: an event, a semaphore, a timer, a process, a thread. Any number of
// waits may be in flight.
class WaitableDevice : public Device, private ObjectWaits::Owner {
public:
    // Duplicates the handle, so that the caller may close it.
    static win32::Result<Device::Key> open(CompletionPort& port, std::wstring name, HANDLE object);

    // The device has no handle(), because the object cannot be bound to a port.
    WaitableDevice(CompletionPort& port, std::wstring name, win32::Handle object);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kWaitable};
        return kTraits;
    }

    // Completes when the object is signalled. Like any wait it changes the state of an auto-reset event or a semaphore.
    Started wait(Operation& operation) noexcept { return waitFor(operation, nullptr, 0); }

    bool cancel(Operation* operation) noexcept override;

protected:
    using Outcome = ObjectWaits::Outcome;

    Started waitFor(Operation& operation, void* buffer, std::uint32_t length) noexcept {
        return waits_.start(operation, *this, object(), buffer, length);
    }

    std::optional<Outcome> signalled(void* buffer, std::uint32_t length) noexcept override;

    HANDLE object() const noexcept { return object_.get(); }

private:
    ObjectWaits& waits_;  // of the port
    const win32::Handle object_;
};

}  // namespace iocp4j
