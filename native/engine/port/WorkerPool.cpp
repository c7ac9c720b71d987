#include "engine/port/WorkerPool.h"

#include <exception>

#include "engine/lifetime/NoWaitScope.h"
#include "win32/Decimal.h"
#include "win32/ThreadName.h"

namespace iocp4j {

WorkerPool::~WorkerPool() {
    for (std::thread& thread : threads_) {
        if (thread.get_id() == std::this_thread::get_id()) {
            thread.detach();
        } else {
            thread.join();
        }
    }
}

void WorkerPool::add(std::unique_ptr<Worker> worker) {
    // Reserve room for its thread first, so that start() fails only if no thread can be started.
    threads_.reserve(workers_.size() + 1);
    workers_.push_back(std::move(worker));
}

bool WorkerPool::start() noexcept {
    left_.store(workers_.size());
    for (const auto& worker : workers_) {
        try {
            threads_.emplace_back(
                [this, name = portName_ + L"-worker-" + win32::decimal(threads_.size()), body = worker.get()] {
                    win32::nameThread(name);
                    run(*body);
                });
        } catch (const std::exception&) {
            started(false);
            left();
        }
    }
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return ready_ + failed_ == workers_.size(); });
    return failed_ == 0;
}

void WorkerPool::run(Worker& worker) noexcept {
    const NoWaitScope here;
    worker.run([this](bool ready) { started(ready); });
    left();
}

void WorkerPool::started(bool ready) noexcept {
    {
        const std::lock_guard lock{mutex_};
        ++(ready ? ready_ : failed_);
    }
    changed_.notify_all();
}

void WorkerPool::left() noexcept {
    if (left_.fetch_sub(1) == 1) {
        owner_.onLastWorkerLeft();
    }
}

}  // namespace iocp4j
