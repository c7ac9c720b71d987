#include "engine/operation/Doorbell.h"

#include <algorithm>

namespace iocp4j {

namespace {

// Distinct from the keys in Operations.h and PortPackets.cpp.
constexpr std::uint64_t kRingKey = 4;

}  // namespace

void Doorbell::ring() noexcept {
    if (timekeeper_.start()) {
        timekeeper_.wake();
    } else {
        (void)post();
    }
}

Doorbell::Clock::time_point Doorbell::ringFrom(Clock::time_point due) noexcept {
    const auto quietUntil = Clock::time_point{Clock::duration{quietUntil_.load(std::memory_order_relaxed)}};
    const auto next = std::max(due, quietUntil);
    const auto now = Clock::now();
    if (due == Clock::time_point::max() || next > now) {
        return due == Clock::time_point::max() ? due : next;
    }
    // The thread that dequeues the packet wakes the timekeeper.
    return post() ? Clock::time_point::max() : now + kPause;
}

bool Doorbell::post() noexcept {
    if (kernel_.isLost()) {
        {
            const std::lock_guard lock{mutex_};
            ++rings_;
        }
        rang_.notify_all();
        return false;
    }
    // One packet is enough, because the thread that dequeues it handles everything that is owed by then.
    if (isQueued_.exchange(true)) {
        return true;
    }
    if (kernel_.post(0, kRingKey, nullptr) == ERROR_SUCCESS || kernel_.postReserved(kRingKey) == ERROR_SUCCESS) {
        return true;
    }
    isQueued_ = false;
    return false;
}

bool Doorbell::isRing(const OVERLAPPED_ENTRY& entry) noexcept {
    if (entry.lpCompletionKey != kRingKey || entry.lpOverlapped != nullptr || !isQueued_.exchange(false)) {
        return false;
    }
    quietUntil_.store((Clock::now() + kPause).time_since_epoch().count(), std::memory_order_relaxed);
    timekeeper_.wake();
    return true;
}

void Doorbell::await(DWORD milliseconds) noexcept {
    std::unique_lock lock{mutex_};
    const auto rang = [this, before = rings_] { return rings_ != before; };
    // A ring before this point is not lost, because the timekeeper rings again while something is owed.
    if (milliseconds == INFINITE) {
        rang_.wait(lock, rang);
    } else {
        rang_.wait_for(lock, std::chrono::milliseconds{milliseconds}, rang);
    }
}

DWORD Doorbell::longestWait(Clock::time_point due) noexcept {
    if (due == Clock::time_point::max() || timekeeper_.start()) {
        return INFINITE;
    }
    const auto now = Clock::now();
    const auto wait = due > now ? std::chrono::ceil<std::chrono::milliseconds>(due - now) : kPause;
    return static_cast<DWORD>(std::min<std::chrono::milliseconds::rep>(wait.count(), INFINITE - 1));
}

}  // namespace iocp4j
