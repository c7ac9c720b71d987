#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

namespace iocp4j {

// Tells from the last deliveries of a port's workers whether the listener is slow. For all workers: while it is quick,
// none of them writes here.
class ListenerPace {
public:
    // A delivery of so many records, at least one, has taken that time.
    void delivered(std::size_t records, std::chrono::nanoseconds time) noexcept {
        // Workers may lose each other's counts, which matters little.
        const int untilQuick = untilQuick_.load(std::memory_order_relaxed);
        if (time >= kSlow * records) {
            untilQuick_.store(kQuickInARow, std::memory_order_relaxed);
        } else if (untilQuick > 0) {
            untilQuick_.store(untilQuick - 1, std::memory_order_relaxed);
        }
    }

    bool isSlow() const noexcept { return untilQuick_.load(std::memory_order_relaxed) > 0; }

private:
    // The time per record from which a delivery is slow. It is several times what the change to another thread costs,
    // and what a listener takes that starts an operation for each record.
    static constexpr std::chrono::microseconds kSlow{300};

    // A listener is often slow for reads only, and quick for the writes between them.
    static constexpr int kQuickInARow = 32;

    std::atomic<int> untilQuick_{0};
};

}  // namespace iocp4j
