#pragma once

#include <chrono>

namespace iocp4j {

// While a NoWaitScope exists, its thread does not wait for the end of a port or device, because that end may depend on
// this thread: it is a worker, or it is ending a device or port.
class NoWaitScope {
public:
    NoWaitScope() noexcept { ++depth_; }
    NoWaitScope(const NoWaitScope&) = delete;
    NoWaitScope& operator=(const NoWaitScope&) = delete;
    ~NoWaitScope() { --depth_; }

    static bool here() noexcept { return depth_ > 0; }

    // The deadline of a wait for the end of a port or device.
    static std::chrono::steady_clock::time_point deadlineIn(std::chrono::milliseconds timeout) noexcept {
        return std::chrono::steady_clock::now() + (here() ? std::chrono::milliseconds::zero() : timeout);
    }

private:
    static inline thread_local int depth_ = 0;
};

}  // namespace iocp4j
