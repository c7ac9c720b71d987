#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/port/Worker.h"

namespace iocp4j {

// The worker threads of a port.
class WorkerPool {
public:
    // Called on the thread of the last worker that leaves. The call may end the pool.
    class Owner {
    public:
        virtual void onLastWorkerLeft() noexcept = 0;

    protected:
        ~Owner() = default;
    };

    WorkerPool(Owner& owner, std::wstring portName) noexcept : owner_(owner), portName_(std::move(portName)) {}
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // All workers have left or are about to. The destructor may run on one of them.
    ~WorkerPool();

    // Adds a worker, before start(). May throw std::bad_alloc.
    void add(std::unique_ptr<Worker> worker);

    // Starts all workers. Returns false if one cannot be started; the others run until the port lets them leave. The
    // caller must keep the port.
    bool start() noexcept;

private:
    void run(Worker& worker) noexcept;
    void started(bool ready) noexcept;
    void left() noexcept;

    Owner& owner_;
    const std::wstring portName_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> left_{0};  // workers that have not left yet

    std::mutex mutex_;  // guards the rest
    std::condition_variable changed_;
    std::size_t ready_ = 0;
    std::size_t failed_ = 0;
};

}  // namespace iocp4j
