#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "engine/operation/Doorbell.h"
#include "win32/KernelPort.h"

namespace iocp4j {

// The packets that a port posts to itself and that are no operation's: one for each thread that is to leave, one that
// wakes a poll, and the doorbell's. One that cannot be posted is owed: the doorbell brings a thread that looks here.
class PortPackets {
public:
    enum class Kind {
        kNone,  // of another origin
        kExit,
        kWake,
        kRing,
    };

    PortPackets(const win32::KernelPort& kernel, Doorbell& doorbell) noexcept : kernel_(kernel), doorbell_(doorbell) {}
    PortPackets(const PortPackets&) = delete;
    PortPackets& operator=(const PortPackets&) = delete;

    // What has been dequeued. Of wake-ups and rings only one counts, and exits only when the port ends.
    Kind kindOf(const OVERLAPPED_ENTRY& entry) noexcept;

    // The port has come to its end: all threads that drain it leave.
    void endDraining() noexcept;
    bool exiting() const noexcept { return exiting_.load(std::memory_order_seq_cst); }
    void postExits(std::uint32_t count) noexcept;

    // Lets one poll return, that waits now or comes next.
    void wake() noexcept;

    // What a thread waits for where no packet comes any more: a ring, or the end of that time.
    void awaitRing(DWORD milliseconds) noexcept { doorbell_.await(milliseconds); }

    // Whether a wake-up was owed; from here on it has been given.
    bool collectOwedWake() noexcept;

    // A thread that drains the port has one, so that the end of the port wakes it. It looks at exiting() afterwards.
    class Draining {
    public:
        explicit Draining(PortPackets& packets) noexcept : packets_(packets) { ++packets_.draining_; }
        Draining(const Draining&) = delete;
        Draining& operator=(const Draining&) = delete;
        ~Draining() { --packets_.draining_; }

    private:
        PortPackets& packets_;
    };

    // Whether a thread is to look for what no packet brings.
    bool owesSomething() const noexcept { return wakeOwed_ || (exitsOwed_ && draining_ > 0); }

private:
    const win32::KernelPort& kernel_;
    Doorbell& doorbell_;
    std::atomic<bool> exiting_{false};
    std::atomic<bool> exitsOwed_{false};
    std::atomic<std::uint32_t> draining_{0};
    std::atomic<bool> wakePending_{false};  // its packet is in the queue, or owed
    std::atomic<bool> wakeOwed_{false};
};

}  // namespace iocp4j
