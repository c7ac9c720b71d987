#include "engine/operation/Timekeeper.h"

#include <exception>

#include "win32/ThreadName.h"

namespace iocp4j {

Timekeeper::~Timekeeper() {
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Timekeeper::start() noexcept {
    if (started_.load(std::memory_order_acquire)) {
        return true;
    }
    const std::lock_guard lock{mutex_};
    if (!thread_.joinable()) {
        try {
            thread_ = std::thread{[this] { run(); }};
        } catch (const std::exception&) {
            return false;
        }
        started_.store(true, std::memory_order_release);
    }
    return true;
}

void Timekeeper::wake() noexcept {
    {
        const std::lock_guard lock{mutex_};
        awake_ = true;
    }
    changed_.notify_all();
}

void Timekeeper::run() noexcept {
    win32::nameThread(threadName_);
    std::unique_lock lock{mutex_};
    while (!ending_) {
        awake_ = false;
        lock.unlock();
        const Clock::time_point next = look_();
        lock.lock();
        const auto due = [this] { return awake_ || ending_; };
        if (next == Clock::time_point::max()) {
            changed_.wait(lock, due);
        } else {
            changed_.wait_until(lock, next, due);
        }
    }
}

}  // namespace iocp4j
