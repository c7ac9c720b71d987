#pragma once

#include <windows.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/operation/Started.h"
#include "win32/Error.h"

namespace iocp4j {

class Operations;
struct Operation;

// Waits for kernel objects that no port takes, and posts the packet of an operation whose object is signalled. A
// thread waits for as many as Windows lets it, 63 and one that wakes it; so there is one thread for 63 waits, from the
// first wait on.
//
// The thread pool of Windows would do with fewer threads. But cancelling a wait there does not say whether the wait has
// consumed the signal of an object that lets one pass; here the thread that consumes the signal is the one that
// decides.
class ObjectWaits {
public:
    // What an operation comes to.
    struct Outcome {
        win32::ErrorCode error;
        std::uint32_t bytes;
    };

    // Whose objects these are. It lives, and its object is open, as long as it has an operation in flight.
    class Owner {
    public:
        // The object was signalled; nothing if the operation shall wait on. Called by threads that wait, which it must
        // not keep.
        virtual std::optional<Outcome> signalled(void* buffer, std::uint32_t length) noexcept = 0;

    protected:
        ~Owner() = default;
    };

    ObjectWaits(Operations& operations, std::wstring threadName);
    ObjectWaits(const ObjectWaits&) = delete;
    ObjectWaits& operator=(const ObjectWaits&) = delete;

    // Nothing waits any more.
    ~ObjectWaits();

    // The owner gets `buffer` when the object is signalled.
    Started start(Operation& operation, Owner& owner, HANDLE object, void* buffer, std::uint32_t length) noexcept;

    // Has an operation end soon, unless its object is signalled before. False when it is over already.
    bool cancel(Operation& operation) noexcept;
    void cancelAll(const Owner& owner) noexcept;

private:
    class Waiter;

    Operations& operations_;
    const std::wstring threadName_;
    std::mutex mutex_;  // of all that follows, and of what the waiters wait for
    std::vector<std::unique_ptr<Waiter>> waiters_;
};

}  // namespace iocp4j
