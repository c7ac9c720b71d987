#pragma once

#include "engine/port/DrainPool.h"
#include "engine/port/Housekeeping.h"
#include "engine/port/PortPackets.h"
#include "engine/port/PortWork.h"
#include "win32/KernelPort.h"

namespace iocp4j {

// The parts of a port without workers that pollers use.
struct PollerPort {
    const win32::KernelPort& kernel;
    DrainPool& drains;
    PortPackets& packets;
    Housekeeping& housekeeping;
    const PortWork& work;

    // False for a port that is closing, because a poll must then drain it to its end.
    bool isLost() const noexcept { return kernel.isLost() && !work.closed(); }
};

}  // namespace iocp4j
