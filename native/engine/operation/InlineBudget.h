#pragma once

#include <chrono>
#include <cstdint>

namespace iocp4j {

// How many operations the calling thread may still complete inline. A worker gets an allowance for each turn, which is
// the delivery of one batch. Without it, a listener that starts the next operation whenever one has completed inline
// would keep the worker from all other devices. In a large batch each device may complete one operation inline, because
// each further one lets a neighbour wait for the length of the batch. A small batch has more to give; that is bounded
// by number and by time, because an operation takes between one microsecond and a hundred. Threads that are not in a
// listener have no limit.
class InlineBudget {
public:
    using Clock = std::chrono::steady_clock;
    using Now = Clock::time_point (*)() noexcept;

    // A batch of up to so many completions is small: each device may complete two operations,
    static constexpr std::uint32_t kSmallBatch = 4;
    // and until this time after the first one up to kMost in a row. These values let the 99th percentile of a round
    // trip stay within twice that of a server which completes nothing inline (./dev bench tcp-echo).
    static constexpr Clock::duration kYoungTurn = std::chrono::milliseconds{1};
    static constexpr std::uint32_t kMost = 128;

    static InlineBudget& ofThisThread() noexcept {
        static thread_local InlineBudget budget{Clock::now};
        return budget;
    }

    explicit InlineBudget(Now now) noexcept : now_{now} {}

    // For the device with this key. False when its part is used up; then the completion comes through the port, behind
    // those that wait there.
    [[nodiscard]] bool take(std::uint64_t device) noexcept {
        if (!isLimited_) {
            return true;
        }
        if (device != device_) {
            device_ = device;
            inARow_ = 0;
        }
        if (taken_ == 0 && room_ != 0) {
            // Not before, because most turns need no clock.
            youngUntil_ = now_() + kYoungTurn;
        }
        if (inARow_ < least_ && leastTaken_ < leastOfAll_) {
            ++leastTaken_;
        } else if (inARow_ >= kMost || taken_ >= room_ || now_() >= youngUntil_) {
            return false;
        }
        ++inARow_;
        ++taken_;
        return true;
    }

    // A turn begins: a batch of so many completions, where there is room for so many.
    void refill(std::uint32_t completions, std::uint32_t room) noexcept {
        const bool isSmall = completions <= kSmallBatch;
        isLimited_ = true;
        device_ = 0;
        taken_ = 0;
        leastTaken_ = 0;
        least_ = isSmall ? 2 : 1;
        leastOfAll_ = least_ * completions;
        room_ = isSmall ? room : 0;
    }

    // The turn is over.
    void lift() noexcept { isLimited_ = false; }

private:
    Now now_;
    bool isLimited_ = false;
    std::uint64_t device_ = 0;      // whose the last operation was
    std::uint32_t inARow_ = 0;      // of that device
    std::uint32_t taken_ = 0;       // in this turn
    std::uint32_t leastTaken_ = 0;  // of these, such as no limit of time holds back
    std::uint32_t least_ = 0;       // so many for each device whatever the time,
    std::uint32_t leastOfAll_ = 0;  // and so many together
    std::uint32_t room_ = 0;        // so many together while the turn is young
    Clock::time_point youngUntil_;  // read from the clock at the first operation
};

}  // namespace iocp4j
