#pragma once

#include "engine/notify/ApcPump.h"
#include "engine/notify/EventWaits.h"
#include "engine/notify/Notifier.h"

namespace iocp4j {

// Mechanism::kApc. Operations whose Win32 call takes no completion routine have an event instead,
// and are started by the pump all the same: Windows aborts what a thread has started when the thread ends.
class ApcNotifier final : public Notifier {
public:
    ApcNotifier(ApcPump& pump, EventWaits& waits, Operations& operations) noexcept
        : pump_(pump), waits_(waits), operations_(operations) {}

    Started start(Operation& operation, const Call& call) noexcept override;
    Started start(Operation& operation, const Call& call, const Call& callWithRoutine) noexcept override;

private:
    ApcPump& pump_;      // the port's
    EventWaits& waits_;  // the port's
    Operations& operations_;
};

}  // namespace iocp4j
