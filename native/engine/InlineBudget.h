#pragma once

#include <algorithm>
#include <cstdint>

namespace iocp4j {

class Device;

// How many operations the calling thread may still complete inline. A worker gets an allowance for each batch: a
// listener that starts the next operation whenever one has completed inline would otherwise never let it look at
// another device's packets. Nor may the first device of the batch use up what the others need, for then each of theirs
// would have to go through the port. Other threads' time is their own, and so is that of a poller between two polls.
class InlineBudget {
public:
    static InlineBudget& ofThisThread() noexcept {
        static thread_local InlineBudget budget;
        return budget;
    }

    // False when it is used up; then the completion comes through the port, behind those that wait there.
    [[nodiscard]] bool take(const Device& device) noexcept {
        if (!isLimited_) {
            return true;
        }
        if (&device != device_) {
            device_ = &device;
            leftForDevice_ = perDevice_;
        }
        if (leftForDevice_ == 0 || left_ == 0) {
            return false;
        }
        --leftForDevice_;
        --left_;
        return true;
    }

    // For a batch of so many completions, where there is room for so many.
    void refill(std::uint32_t completions, std::uint32_t room) noexcept {
        isLimited_ = true;
        device_ = nullptr;
        perDevice_ = std::max(room / completions, kLeast);
        left_ = perDevice_ * completions;
    }

    // The batch has been delivered, and the thread does what it likes.
    void lift() noexcept { isLimited_ = false; }

private:
    // To go through the port costs about as much as an operation does, which is little when it is one in sixteen.
    static constexpr std::uint32_t kLeast = 16;

    bool isLimited_ = false;
    const Device* device_ = nullptr;  // whose the last one was
    std::uint32_t perDevice_ = 0;
    std::uint32_t leftForDevice_ = 0;
    std::uint32_t left_ = 0;
};

}  // namespace iocp4j
