#pragma once

#include <windows.h>

#include <algorithm>

#include "engine/operation/Doorbell.h"
#include "engine/operation/Operations.h"
#include "engine/port/PortPackets.h"
#include "engine/port/Reminders.h"

namespace iocp4j {

// The tasks of the threads that drain a port, besides completions, and of the timekeeper.
class Housekeeping {
public:
    using Time = Timekeeper::Clock::time_point;

    Housekeeping(Operations& operations, PortPackets& packets, Reminders& reminders, Doorbell& doorbell) noexcept
        : operations_(operations), packets_(packets), reminders_(reminders), doorbell_(doorbell) {}

    // The timeout for a draining thread that waits for packets: INFINITE as a rule.
    DWORD longestWait() noexcept { return doorbell_.longestWait(owedSince()); }

    // Draining threads call this after each delivery.
    void callDevices() noexcept { reminders_.callDevices(); }

    // Called by the timekeeper. Returns the time of the next call.
    Time keepTime() noexcept {
        const Time nextDeadline = operations_.cancelOverdue();
        return std::min(nextDeadline, doorbell_.ringFrom(owedSince()));
    }

private:
    // The time since which something is owed, or from which it will be; max() for never.
    Time owedSince() const noexcept {
        return packets_.owesSomething() || operations_.hasDeferred() ? Time::min() : reminders_.next();
    }

    Operations& operations_;
    PortPackets& packets_;
    Reminders& reminders_;
    Doorbell& doorbell_;
};

}  // namespace iocp4j
