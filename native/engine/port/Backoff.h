#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace iocp4j {

// When a device that keeps an operation in flight by itself, such as an accept or a watch, tries again after a failure.
//
// After a failure that a peer may have caused, the device tries again at once, because other peers wait. No list of
// such failures is complete; therefore every failure counts as a peer's, except those that occur before a peer can be
// involved. After kAtOnce failures in a row there is a pause, which bounds the cost of a broken handle.
class Backoff {
public:
    static constexpr std::uint32_t kAtOnce = 1'024;
    static constexpr std::uint32_t kLongest = 250;  // milliseconds

    // How long to wait before the next attempt, in milliseconds.
    std::uint32_t delay() const noexcept { return delay_.load(std::memory_order_relaxed); }

    // For a failure that a peer may have caused. Returns false after too many since the last success or wait.
    [[nodiscard]] bool allowsAtOnce() noexcept { return failures_.fetch_add(1, std::memory_order_relaxed) < kAtOnce; }

    // Call this after the delay.
    void waited() noexcept {
        delay_.store(std::min(2 * delay(), kLongest), std::memory_order_relaxed);
        failures_.store(0, std::memory_order_relaxed);
    }

    // Marks a failure as reported. Returns true if it must be: for the first since the last success.
    [[nodiscard]] bool takeReport() noexcept { return !reported_.exchange(true, std::memory_order_relaxed); }

    void succeeded() noexcept {
        reported_.store(false, std::memory_order_relaxed);
        delay_.store(1, std::memory_order_relaxed);
        failures_.store(0, std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint32_t> delay_{1};
    std::atomic<std::uint32_t> failures_{0};
    std::atomic<bool> reported_{false};
};

}  // namespace iocp4j
