#pragma once

#include <windows.h>

#include <algorithm>

#include "engine/operation/Doorbell.h"
#include "engine/operation/Operations.h"
#include "engine/port/PortPackets.h"
#include "engine/port/Reminders.h"

namespace iocp4j {

// What the threads that drain a port do besides, and the timekeeper for them: it rings when something is owed.
class Housekeeping {
public:
    using Time = Timekeeper::Clock::time_point;

    Housekeeping(Operations& operations, PortPackets& packets, Reminders& reminders, Doorbell& doorbell) noexcept
        : operations_(operations), packets_(packets), reminders_(reminders), doorbell_(doorbell) {}

    // How long a thread that drains the port may wait for packets: without a limit, as a rule.
    DWORD longestWait() noexcept { return doorbell_.longestWait(owedSince()); }

    // What a thread that drains the port does whenever it has delivered.
    void callDevices() noexcept { reminders_.callDevices(); }

    // The timekeeper's part. Returns when it is to look again.
    Time keepTime() noexcept {
        const Time nextDeadline = operations_.cancelOverdue();
        return std::min(nextDeadline, doorbell_.ringFrom(owedSince()));
    }

private:
    // Since when a thread is to look for what no packet brings, or when it is to do so.
    Time owedSince() const noexcept {
        return packets_.owesSomething() || operations_.hasDeferred() ? Time::min() : reminders_.next();
    }

    Operations& operations_;
    PortPackets& packets_;
    Reminders& reminders_;
    Doorbell& doorbell_;
};

}  // namespace iocp4j
