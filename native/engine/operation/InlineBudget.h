#pragma once

#include <chrono>
#include <cstdint>

namespace iocp4j {

// Limits how many operations the calling thread completes inline. A worker has a budget for each turn, which is the
// delivery of one batch. Without a limit, a listener that starts the next operation after each inline completion would
// keep the worker from all other devices. In a large batch each device may complete one operation inline, because each
// further one delays the rest of the batch. A small batch allows more, limited by number and by time, because one
// operation takes between 1 µs and 100 µs. Threads outside a listener have no limit.
class InlineBudget {
public:
    using Clock = std::chrono::steady_clock;
    using Now = Clock::time_point (*)() noexcept;

    // A batch of up to this size is small: each device may complete two operations inline.
    static constexpr std::uint32_t kSmallBatch = 4;
    // For this time after the first inline completion of the turn, a device may complete up to kMost operations in a
    // row. With these values the 99th percentile of a round trip stays within twice that of a server which completes
    // no operation inline (./dev bench tcp-echo).
    static constexpr Clock::duration kYoungTurn = std::chrono::milliseconds{1};
    static constexpr std::uint32_t kMost = 128;

    static InlineBudget& ofThisThread() noexcept {
        static thread_local InlineBudget budget{Clock::now};
        return budget;
    }

    explicit InlineBudget(Now now) noexcept : now_{now} {}

    // Call this for each operation of the device with this key. Returns false when its budget is used up. The
    // completion then goes through the port, behind the packets that are queued there.
    [[nodiscard]] bool take(std::uint64_t device) noexcept {
        if (!isLimited_) {
            return true;
        }
        if (device != device_) {
            device_ = device;
            inARow_ = 0;
        }
        if (taken_ == 0 && room_ != 0) {
            // Read the clock only now, because most turns complete nothing inline.
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

    // Begins a turn: a batch of `completions` records, in a drain with room for `room` records.
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

    // Operations of the last turn.
    std::uint32_t taken() const noexcept { return taken_; }

    // Ends the turn.
    void lift() noexcept { isLimited_ = false; }

private:
    Now now_;
    bool isLimited_ = false;
    std::uint64_t device_ = 0;      // of the last operation
    std::uint32_t inARow_ = 0;      // operations of that device in a row
    std::uint32_t taken_ = 0;       // operations in this turn
    std::uint32_t leastTaken_ = 0;  // of these, the operations that the time does not limit
    std::uint32_t least_ = 0;       // allowed for each device regardless of the time
    std::uint32_t leastOfAll_ = 0;  // the same for all devices together
    std::uint32_t room_ = 0;        // allowed for all devices together while the turn is young
    Clock::time_point youngUntil_;  // set by the first operation of the turn
};

}  // namespace iocp4j
