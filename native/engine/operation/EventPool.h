#pragma once

#include <cstddef>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "win32/Calls.h"
#include "win32/Handle.h"

namespace iocp4j {

// Events for threads that wait for an operation of their own. Used again, because making one costs as much as a read.
class EventPool {
public:
    // Returns a manual-reset event, which the call that starts an operation resets; or none, for lack of memory.
    win32::Handle take() noexcept {
        {
            const std::lock_guard lock{mutex_};
            if (!idle_.empty()) {
                win32::Handle event = std::move(idle_.back());
                idle_.pop_back();
                return event;
            }
        }
        return win32::Handle{win32::calls.createEvent(nullptr, TRUE, FALSE, nullptr)};
    }

    void giveBack(win32::Handle event) noexcept {
        const std::lock_guard lock{mutex_};
        if (idle_.size() < kMostIdle) {
            try {
                idle_.push_back(std::move(event));
            } catch (const std::bad_alloc&) {
                // The destructor closes it.
            }
        }
    }

private:
    // As many threads as may wait at once in a large program. Others create events of their own.
    static constexpr std::size_t kMostIdle = 1024;

    std::mutex mutex_;
    std::vector<win32::Handle> idle_;
};

}  // namespace iocp4j
