#pragma once

#include <string>

#include "engine/notify/ObjectWaits.h"
#include "engine/port/Device.h"
#include "win32/Result.h"

namespace iocp4j {

// A kernel object that is no file, so that no port takes it: an event, a semaphore, a timer, a process, a thread. The
// port waits for it, any number of times at once.
class WaitableDevice : public Device, private ObjectWaits::Owner {
public:
    // Keeps a handle of its own, so that the caller may close its own.
    static win32::Result<Device::Key> open(CompletionPort& port, std::wstring name, HANDLE object);

    // The object's handle is not one that a port takes, so that the device has none in that sense.
    WaitableDevice(CompletionPort& port, std::wstring name, win32::Handle object);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kWaitable};
        return kTraits;
    }

    // Completes when the object is signalled. As any wait does, this takes the signal away from an object that lets one
    // pass.
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
    ObjectWaits& waits_;  // the port's
    const win32::Handle object_;
};

}  // namespace iocp4j
