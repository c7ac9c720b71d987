#pragma once

#include "engine/notify/ApcPump.h"
#include "engine/notify/EventWaits.h"
#include "engine/notify/Notifier.h"

namespace iocp4j {

// Mechanism::kApc. Operations whose Win32 call takes no completion routine use an event instead. The pump starts these,
// too, because Windows aborts the operations of a thread when the thread ends.
class ApcNotifier final : public Notifier {
public:
    ApcNotifier(ApcPump& pump, EventWaits& waits, Operations& operations) noexcept
        : pump_(pump), waits_(waits), operations_(operations) {}

    Started start(Operation& operation, const Call& call) noexcept override;
    Started start(Operation& operation, const Call& call, const Call& callWithRoutine) noexcept override;

private:
    ApcPump& pump_;      // of the port
    EventWaits& waits_;  // of the port
    Operations& operations_;
};

}  // namespace iocp4j
