#pragma once

#include <string>

#include "win32/Error.h"

namespace iocp4j {

// Waits until a busy or missing pipe can be opened, without a thread for each wait.
//
// The waiters of one pipe in this process form a queue. The first one tries to open the pipe when an instance may be
// free; the next one follows when it has succeeded. Therefore they get their connections in order, and one free
// instance does not wake all of them. For a busy pipe the kernel sets an event (win32::startPipeWait); a missing pipe
// has no event, and a timer tries again. Threads of the process's thread pool make the attempts, so that the waits
// need no thread of a port.
class PipeWaits {
    class Queue;

public:
    class Waiter {
    public:
        Waiter() = default;
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;

        struct Attempt {
            win32::ErrorCode error;
            bool waits;  // the error may pass: try again later
        };

        // Tries to open the pipe. One thread at a time calls this.
        virtual Attempt attempt() noexcept = 0;

        // The wait is over, with the error of the last attempt or ERROR_OPERATION_ABORTED. Called once for each
        // start() that has succeeded; the waiter need not exist afterwards.
        virtual void onWaitEnded(win32::ErrorCode error) noexcept = 0;

    protected:
        virtual ~Waiter() = default;

    private:
        friend class PipeWaits;

        // Guarded by the lock of the queues.
        Queue* queue_ = nullptr;  // nullptr when it does not wait
        Waiter* previous_ = nullptr;
        Waiter* next_ = nullptr;
        bool cancelled_ = false;  // during its attempt
    };

    // Returns true if others wait for an instance of the pipe with that path. A fair newcomer queues up behind them.
    static bool isBusy(const std::wstring& path) noexcept;

    // Begins to wait for the pipe. Returns false if memory is exhausted.
    static bool start(Waiter& waiter, const std::wstring& path) noexcept;

    // Ends a wait with ERROR_OPERATION_ABORTED, unless an attempt that is in progress ends it first. Returns false if
    // the wait is over.
    static bool cancel(Waiter& waiter) noexcept;

private:
    struct All;
};

}  // namespace iocp4j
