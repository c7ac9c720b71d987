#pragma once

#include "engine/notify/EventWaits.h"
#include "engine/notify/Notifier.h"

namespace iocp4j {

// Mechanism::kEvent.
class EventNotifier final : public Notifier {
public:
    explicit EventNotifier(EventWaits& waits) noexcept : waits_(waits) {}

    Started start(Operation& operation, const Call& call) noexcept override { return waits_.start(operation, call); }

    Started start(Operation& operation, const Call& call, const Call&) noexcept override {
        return waits_.start(operation, call);
    }

private:
    EventWaits& waits_;  // of the port
};

}  // namespace iocp4j
