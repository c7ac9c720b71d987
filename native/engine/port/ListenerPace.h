#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>

namespace iocp4j {

// Tells from the last deliveries of a port's workers whether the listener is slow. For all workers: while it is quick,
// none of them writes here.
class ListenerPace {
public:
    // A delivery of so many completions, at least one, has taken that time.
    void delivered(std::size_t completions, std::chrono::nanoseconds time) noexcept {
        // Workers may lose each other's counts, which matters little.
        const int slowness = slowness_.load(std::memory_order_relaxed);
        if (time >= kSlow * completions) {
            slowness_.store(std::min(slowness + kForSlowOne, kMostSlowness), std::memory_order_relaxed);
        } else if (slowness > 0) {
            slowness_.store(slowness - 1, std::memory_order_relaxed);
        }
    }

    bool isSlow() const noexcept { return slowness_.load(std::memory_order_relaxed) > kForSlowOne; }

private:
    // The time per completion from which a delivery is slow. It is several times what the change to another thread
    // costs, and what a listener takes that starts an operation for each completion.
    static constexpr std::chrono::microseconds kSlow{300};

    // The listener is slow if about one delivery in five is. It is often slow for reads only, and quick for the writes
    // between them. A single slow delivery says nothing, because its thread may have lost the processor.
    static constexpr int kForSlowOne = 4;

    // Quick deliveries in a row that end it, and a little more.
    static constexpr int kMostSlowness = 32;

    std::atomic<int> slowness_{0};  // a slow delivery adds kForSlowOne, a quick one takes 1 off
};

}  // namespace iocp4j
