#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace iocp4j {

// The one thread that looks at a port's deadlines. It starts with the first of them and sleeps while there is nothing
// to look at.
class Timekeeper {
public:
    using Clock = std::chrono::steady_clock;

    // `look` does the work and returns when it wants to be called again.
    Timekeeper(std::wstring threadName, std::function<Clock::time_point()> look)
        : threadName_(std::move(threadName)), look_(std::move(look)) {}
    Timekeeper(const Timekeeper&) = delete;
    Timekeeper& operator=(const Timekeeper&) = delete;
    ~Timekeeper();

    // False when there is no thread and none can be had.
    [[nodiscard]] bool start() noexcept;

    // Look at once: there may be something earlier than we know of.
    void wake() noexcept;

private:
    void run() noexcept;

    const std::wstring threadName_;
    const std::function<Clock::time_point()> look_;
    std::atomic<bool> started_{false};
    std::mutex mutex_;  // of everything below
    std::condition_variable changed_;
    bool awake_ = false;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace iocp4j
