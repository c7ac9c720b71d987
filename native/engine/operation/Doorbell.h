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

// Wakes a thread that waits for packets, when the port owes something for which no packet comes: an operation, an exit
// or a wake-up whose packet could not be posted, or a device's reminder that is due. The thread that causes this calls
// ring().
//
// Threads wait for packets without a timeout, so that an idle port wakes no thread. The timekeeper posts the doorbell's
// own packet, and another one after each pause while something is owed, because the woken thread may block in a
// listener.
class Doorbell {
public:
    using Clock = Timekeeper::Clock;

    // The pause before the timekeeper rings again, after a thread was woken or a packet could not be posted.
    static constexpr std::chrono::milliseconds kPause{20};

    Doorbell(const win32::KernelPort& kernel, Timekeeper& timekeeper) noexcept
        : kernel_(kernel), timekeeper_(timekeeper) {}
    Doorbell(const Doorbell&) = delete;
    Doorbell& operator=(const Doorbell&) = delete;

    // Call this when something is owed, or becomes due earlier than before.
    void ring() noexcept;

    // Called by the timekeeper: something is owed since, or from, the time `due`. Returns the time of the next call.
    Clock::time_point ringFrom(Clock::time_point due) noexcept;

    // Returns true for the doorbell's own packet. The thread that has dequeued it must look at everything that is owed.
    bool isRing(const OVERLAPPED_ENTRY& entry) noexcept;

    // Waits for a ring or the timeout. For threads of a lost port, which gets no more packets.
    void await(DWORD milliseconds) noexcept;

    // The timeout for a thread that waits for packets: INFINITE, unless something is owed and no timekeeper can be
    // started.
    DWORD longestWait(Clock::time_point due) noexcept;

private:
    bool post() noexcept;

    const win32::KernelPort& kernel_;
    Timekeeper& timekeeper_;
    std::atomic<bool> isQueued_{false};
    std::atomic<Clock::rep> quietUntil_{0};  // in ticks of the clock
    std::mutex mutex_;                       // guards the rest, which is used when the port is lost
    std::condition_variable rang_;
    std::uint64_t rings_ = 0;
};

}  // namespace iocp4j
