#pragma once

#include <cstdint>
#include <limits>

namespace iocp4j {

// How many operations the calling thread may still complete inline. A worker gets as many for each batch as a batch
// holds: a listener that starts the next operation whenever one has completed inline would otherwise never let it look
// at another device's packets. Other threads' time is their own.
class InlineBudget {
public:
    // False when it is used up; then the completion comes through the port, behind those that wait there.
    [[nodiscard]] static bool take() noexcept {
        if (left_ == 0) {
            return false;
        }
        if (left_ != kUnlimited) {
            --left_;
        }
        return true;
    }

    static void refill(std::uint32_t operations) noexcept { left_ = operations; }

private:
    static constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();
    static inline thread_local std::uint32_t left_ = kUnlimited;
};

}  // namespace iocp4j
