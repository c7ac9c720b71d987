#pragma once

#include <windows.h>

#include <chrono>

namespace iocp4j::bench {

// Waits for moments that lie less than a millisecond ahead.
class Pacer {
public:
    using Clock = std::chrono::steady_clock;

    Pacer();
    ~Pacer();
    Pacer(const Pacer&) = delete;
    Pacer& operator=(const Pacer&) = delete;

    void sleepUntil(Clock::time_point moment) const;

private:
    // Unlike Sleep it counts in units of 100 ns, negative ones from now on. Windows wakes a thread at ticks of its
    // clock all the same; Wine, whose timers do not go below a millisecond, does so on time.
    using DelayExecution = LONG(NTAPI*)(BOOLEAN alertable, LARGE_INTEGER* interval);

    void sleep(Clock::duration length) const;
    Clock::duration typicalDelay() const;

    const DelayExecution delayExecution_;
    // What comes sooner is awaited without sleep.
    Clock::duration awake_{};
};

}  // namespace iocp4j::bench
