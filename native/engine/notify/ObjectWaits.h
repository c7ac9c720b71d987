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

// Waits for kernel objects that cannot be bound to a port, and posts the packet of an operation when its object is
// signalled. One thread waits for up to 63 objects and an event that wakes it. The first thread starts with the first
// wait.
//
// The thread pool of Windows would need fewer threads. But cancelling a wait there does not tell whether the wait has
// consumed the signal, for example of a semaphore. Here the thread that consumes the signal also ends the operation.
class ObjectWaits {
public:
    // The result of an operation.
    struct Outcome {
        win32::ErrorCode error;
        std::uint32_t bytes;
    };

    // The device whose objects these are. It exists, and its object is open, while it has an operation in flight.
    class Owner {
    public:
        // Called when the object is signalled. Returns nothing if the operation continues to wait. Must not block,
        // because other objects wait on the same thread.
        virtual std::optional<Outcome> signalled(void* buffer, std::uint32_t length) noexcept = 0;

    protected:
        ~Owner() = default;
    };

    ObjectWaits(Operations& operations, std::wstring threadName);
    ObjectWaits(const ObjectWaits&) = delete;
    ObjectWaits& operator=(const ObjectWaits&) = delete;

    // No operation may wait.
    ~ObjectWaits();

    // Passes `buffer` to the owner when the object is signalled.
    Started start(Operation& operation, Owner& owner, HANDLE object, void* buffer, std::uint32_t length) noexcept;

    // Ends an operation with ERROR_OPERATION_ABORTED, unless its object is signalled first. Returns false when it is
    // over.
    bool cancel(Operation& operation) noexcept;
    void cancelAll(const Owner& owner) noexcept;

private:
    class Waiter;

    Operations& operations_;
    const std::wstring threadName_;
    std::mutex mutex_;  // guards the rest and the entries of the waiters
    std::vector<std::unique_ptr<Waiter>> waiters_;
};

}  // namespace iocp4j
