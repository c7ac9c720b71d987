#pragma once

#include <atomic>
#include <mutex>

#include "engine/operation/Doorbell.h"
#include "engine/operation/Operation.h"

namespace iocp4j {

// Operations that PostQueuedCompletionStatus has refused, the oldest first. Draining threads take them in each round.
class DeferredOperations {
public:
    // The doorbell must wake a thread that calls take().
    explicit DeferredOperations(Doorbell& doorbell) noexcept : doorbell_(doorbell) {}

    void add(Operation& operation) noexcept {
        const std::lock_guard lock{mutex_};
        operation.next = nullptr;
        if (first_.load(std::memory_order_relaxed) == nullptr) {
            first_.store(&operation, std::memory_order_release);
        } else {
            last_->next = &operation;
        }
        last_ = &operation;
        // The lock is still held, because the port may end as soon as another thread has taken this operation.
        doorbell_.ring();
    }

    // Returns the oldest operation, or nullptr.
    Operation* take() noexcept {
        if (empty()) {
            return nullptr;
        }
        const std::lock_guard lock{mutex_};
        Operation* operation = first_.load(std::memory_order_relaxed);
        if (operation != nullptr) {
            first_.store(operation->next, std::memory_order_relaxed);
        }
        return operation;
    }

    bool empty() const noexcept { return first_.load(std::memory_order_acquire) == nullptr; }

private:
    std::mutex mutex_;
    std::atomic<Operation*> first_{nullptr};
    Operation* last_ = nullptr;  // valid when the list is not empty
    Doorbell& doorbell_;
};

}  // namespace iocp4j
