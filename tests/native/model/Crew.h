#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "Schedule.h"

namespace iocp4j::model {

// The threads of all schedules. They are reused, because Wine takes milliseconds to create one.
class Crew {
public:
    explicit Crew(std::function<void(unsigned)> task) : task_(std::move(task)) {
        for (unsigned i = 0; i < Schedule::kThreads; ++i) {
            threads_.emplace_back([this, i] { work(i); });
        }
    }
    ~Crew() {
        begin(true);
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

    void begin(bool last = false) {
        {
            const std::lock_guard lock{mutex_};
            ++round_;
            last_ = last;
            busy_ = Schedule::kThreads;
        }
        changed_.notify_all();
    }

    void wait() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return busy_ == 0; });
    }

private:
    void work(unsigned index) {
        for (unsigned round = 1;; ++round) {
            {
                std::unique_lock lock{mutex_};
                changed_.wait(lock, [&] { return round_ == round; });
                if (last_) {
                    return;
                }
            }
            task_(index);
            {
                const std::lock_guard lock{mutex_};
                --busy_;
            }
            changed_.notify_all();
        }
    }

    const std::function<void(unsigned)> task_;
    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned round_ = 0;
    unsigned busy_ = 0;
    bool last_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace iocp4j::model
