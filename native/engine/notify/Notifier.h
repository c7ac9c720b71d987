#pragma once

#include <functional>

#include "engine/operation/Started.h"

namespace iocp4j {

struct Operation;

// Posts the packets of a device whose handle is not bound to its port, so that the kernel queues none: it starts the
// device's operations in such a way that it learns of their end, and then posts what the kernel would have queued
// (Operations::postCompletion). From there on they are operations like any other. Each such device has one.
class Notifier {
public:
    // Makes the Win32 call that starts an operation.
    using Call = std::function<Started()>;

    Notifier() = default;
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;
    virtual ~Notifier() = default;

    // Called before each operation of the kernel's. False when there is one already, and cannot be another.
    [[nodiscard]] virtual bool reserve(Operation&) noexcept { return true; }

    // Called after each operation, also after one for which nothing was reserved.
    virtual void release(Operation&) noexcept {}

    // Nothing is posted for a call that returns success: the operation is over then, as on a handle that skips packets.
    virtual Started start(Operation& operation, const Call& call) noexcept = 0;

    // The same for a call that exists in a form with a completion routine, too, which `callWithRoutine` makes.
    virtual Started start(Operation& operation, const Call& call, const Call& callWithRoutine) noexcept = 0;
};

}  // namespace iocp4j
