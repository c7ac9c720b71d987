#pragma once

#include <windows.h>

#include <chrono>

namespace iocp4j::bench {

// Waits until a given time, more accurately than to a millisecond.
class Pacer {
public:
    using Clock = std::chrono::steady_clock;

    Pacer();
    ~Pacer();
    Pacer(const Pacer&) = delete;
    Pacer& operator=(const Pacer&) = delete;

    void sleepUntil(Clock::time_point moment) const;

private:
    // NtDelayExecution takes units of 100 ns; a negative interval is relative. Windows still wakes threads at ticks of
    // its clock. Wine wakes them on time, although its timers have a resolution of a millisecond.
    using DelayExecution = LONG(NTAPI*)(BOOLEAN alertable, LARGE_INTEGER* interval);

    void sleep(Clock::duration length) const;
    Clock::duration typicalDelay() const;

    const DelayExecution delayExecution_;
    // The thread spins for waits shorter than this.
    Clock::duration awake_{};
};

}  // namespace iocp4j::bench
