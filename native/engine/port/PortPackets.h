#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "engine/operation/Doorbell.h"
#include "win32/KernelPort.h"

namespace iocp4j {

// The packets of a port that belong to no operation: an exit for each thread that must leave, a wake-up for a poll, and
// the doorbell's packet. A packet that cannot be posted is owed, and the doorbell wakes a thread that checks for it.
class PortPackets {
public:
    enum class Kind {
        kNone,  // not a packet of this class
        kExit,
        kWake,
        kRing,
    };

    PortPackets(const win32::KernelPort& kernel, Doorbell& doorbell) noexcept : kernel_(kernel), doorbell_(doorbell) {}
    PortPackets(const PortPackets&) = delete;
    PortPackets& operator=(const PortPackets&) = delete;

    // Returns the kind of a dequeued packet. Only one wake-up and one ring count at a time, and exits only after
    // endDraining().
    Kind kindOf(const OVERLAPPED_ENTRY& entry) noexcept;

    // Makes all draining threads leave, because the port has ended.
    void endDraining() noexcept;
    bool exiting() const noexcept { return exiting_.load(std::memory_order_seq_cst); }
    void postExits(std::uint32_t count) noexcept;

    // Makes one poll return: a waiting one or the next.
    void wake() noexcept;

    // Waits for a ring of the doorbell or the timeout, on a lost port.
    void awaitRing(DWORD milliseconds) noexcept { doorbell_.await(milliseconds); }

    // Returns true once for a wake-up that is owed.
    bool collectOwedWake() noexcept;

    // Each draining thread has one, so that endDraining() posts a packet for it. The thread must check exiting()
    // afterwards.
    class Draining {
    public:
        explicit Draining(PortPackets& packets) noexcept : packets_(packets) { ++packets_.draining_; }
        Draining(const Draining&) = delete;
        Draining& operator=(const Draining&) = delete;
        ~Draining() { --packets_.draining_; }

    private:
        PortPackets& packets_;
    };

    // Returns true if a thread must check for something without a packet.
    bool owesSomething() const noexcept { return wakeOwed_ || (exitsOwed_ && draining_ > 0); }

private:
    const win32::KernelPort& kernel_;
    Doorbell& doorbell_;
    std::atomic<bool> exiting_{false};
    std::atomic<bool> exitsOwed_{false};
    std::atomic<std::uint32_t> draining_{0};
    std::atomic<bool> wakePending_{false};  // its packet is queued or owed
    std::atomic<bool> wakeOwed_{false};
};

}  // namespace iocp4j
