#pragma once

#include <windows.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "engine/operation/Timekeeper.h"
#include "win32/KernelPort.h"

namespace iocp4j {

// Brings a thread that waits for packets when a port owes something that no packet brings: an operation, an exit or
// a wake-up whose packet could not be posted, or a device whose reminder is due. The thread that owes it rings.
//
// Threads wait for packets without a limit, so that an idle port wakes none of them. The timekeeper posts a packet of
// the doorbell's own, and another one after a pause for as long as something is owed: the thread that has come may be
// stuck in a listener.
class Doorbell {
public:
    using Clock = Timekeeper::Clock;

    // How long the timekeeper leaves a thread that has come to its work, or a kernel that could not post, before it
    // rings again.
    static constexpr std::chrono::milliseconds kPause{20};

    Doorbell(const win32::KernelPort& kernel, Timekeeper& timekeeper) noexcept
        : kernel_(kernel), timekeeper_(timekeeper) {}
    Doorbell(const Doorbell&) = delete;
    Doorbell& operator=(const Doorbell&) = delete;

    // Something is owed, or is owed earlier than what was before.
    void ring() noexcept;

    // The timekeeper's part: something is owed since or from that time on. Returns when it is to look again.
    Clock::time_point ringFrom(Clock::time_point due) noexcept;

    // Whether the packet is the doorbell's, so that the thread which has it is to look at all that is owed.
    bool isRing(const OVERLAPPED_ENTRY& entry) noexcept;

    // What a thread waits for that has no port of the kernel's any more to wait at: a ring, or the end of its time.
    void await(DWORD milliseconds) noexcept;

    // How long a thread may wait for packets. INFINITE, unless something is owed and there is no timekeeper to be had.
    DWORD longestWait(Clock::time_point due) noexcept;

private:
    bool post() noexcept;

    const win32::KernelPort& kernel_;
    Timekeeper& timekeeper_;
    std::atomic<bool> isQueued_{false};
    std::atomic<Clock::rep> quietUntil_{0};  // in ticks of the clock
    std::mutex mutex_;                       // of the rest, which is for a port that is lost
    std::condition_variable rang_;
    std::uint64_t rings_ = 0;
};

}  // namespace iocp4j
