#include "Pacer.h"

// Requires windows.h.
#include <timeapi.h>

#include <algorithm>
#include <array>

#include "Workload.h"

namespace iocp4j::bench {

namespace {

constexpr UINT kTickMilliseconds = 1;

// The thread sleeps although it may wake so late, because spinning would take the core from the server.
constexpr auto kTolerance = std::chrono::microseconds{200};

}  // namespace

Pacer::Pacer()
    : delayExecution_(reinterpret_cast<DelayExecution>(
          reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleA("ntdll.dll"), "NtDelayExecution")))) {
    if (delayExecution_ == nullptr) {
        throw CallFailed{"GetProcAddress NtDelayExecution"};
    }
    ::timeBeginPeriod(kTickMilliseconds);
    const Clock::duration delay = typicalDelay();
    awake_ = delay > kTolerance ? delay : Clock::duration::zero();
}

Pacer::~Pacer() { ::timeEndPeriod(kTickMilliseconds); }

void Pacer::sleepUntil(Clock::time_point moment) const {
    const Clock::duration left = moment - Clock::now();
    if (left > awake_) {
        sleep(left - awake_);
    }
    while (Clock::now() < moment) {
        ::SwitchToThread();
    }
}

void Pacer::sleep(Clock::duration length) const {
    using Units = std::chrono::duration<LONGLONG, std::ratio<1, 10'000'000>>;
    LARGE_INTEGER interval{};
    interval.QuadPart = -std::chrono::duration_cast<Units>(length).count();
    delayExecution_(FALSE, &interval);
}

// The median, because other processes delay some of them.
Pacer::Clock::duration Pacer::typicalDelay() const {
    constexpr auto kLength = std::chrono::microseconds{300};
    std::array<Clock::duration, 15> delays{};
    for (Clock::duration& delay : delays) {
        const Clock::time_point begin = Clock::now();
        sleep(kLength);
        delay = Clock::now() - begin - kLength;
    }
    std::nth_element(delays.begin(), delays.begin() + delays.size() / 2, delays.end());
    return delays[delays.size() / 2];
}

}  // namespace iocp4j::bench
