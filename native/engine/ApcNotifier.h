#pragma once

#include "engine/ApcPump.h"
#include "engine/EventWaits.h"
#include "engine/Notifier.h"

namespace iocp4j {

// Mechanism::kApc. Operations whose Win32 call takes no completion routine have an event instead.
class ApcNotifier final : public Notifier {
public:
    ApcNotifier(ApcPump& pump, EventWaits& waits, Operations& operations) noexcept
        : pump_(pump), waits_(waits), operations_(operations) {}

    Started start(Operation& operation, const Call& call) noexcept override { return waits_.start(operation, call); }
    Started start(Operation& operation, const Call& call, const Call& callWithRoutine) noexcept override;

private:
    ApcPump& pump_;      // the port's
    EventWaits& waits_;  // the port's
    Operations& operations_;
};

}  // namespace iocp4j
