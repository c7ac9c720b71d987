#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace iocp4j {

// The thread of a port that looks at deadlines and the doorbell. It starts when it is first needed, and sleeps while
// nothing is due.
class Timekeeper {
public:
    using Clock = std::chrono::steady_clock;

    // `look` does the work and returns the time of its next call.
    Timekeeper(std::wstring threadName, std::function<Clock::time_point()> look)
        : threadName_(std::move(threadName)), look_(std::move(look)) {}
    Timekeeper(const Timekeeper&) = delete;
    Timekeeper& operator=(const Timekeeper&) = delete;
    ~Timekeeper();

    // Returns false when the thread does not run and cannot be started.
    [[nodiscard]] bool start() noexcept;

    // Calls `look` at once, because something may be due earlier than its last result.
    void wake() noexcept;

private:
    void run() noexcept;

    const std::wstring threadName_;
    const std::function<Clock::time_point()> look_;
    std::atomic<bool> started_{false};
    std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    bool awake_ = false;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace iocp4j
