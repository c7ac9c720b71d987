#pragma once

#include <functional>

#include "engine/operation/Started.h"

namespace iocp4j {

struct Operation;

// Posts the packets of a device whose handle is not bound to the port. It starts the device's operations so that a
// thread of the library is notified of their end, and posts the packet that the kernel would have queued
// (Operations::postCompletion). Each such device has one notifier.
class Notifier {
public:
    // Makes the Win32 call that starts an operation.
    using Call = std::function<Started()>;

    Notifier() = default;
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;
    virtual ~Notifier() = default;

    // Called before each operation of the kernel. Returns false when one is in flight and the device can have no other.
    [[nodiscard]] virtual bool reserve(Operation&) noexcept { return true; }

    // Called after each operation, also after one without a reserve().
    virtual void release(Operation&) noexcept {}

    // If the call returns success, the operation is over and no packet is posted, as on a handle that skips packets.
    virtual Started start(Operation& operation, const Call& call) noexcept = 0;

    // For a call that also exists with a completion routine, which `callWithRoutine` makes.
    virtual Started start(Operation& operation, const Call& call, const Call& callWithRoutine) noexcept = 0;
};

}  // namespace iocp4j
