#pragma once

#include <windows.h>

#include <cstdint>
#include <span>

#include "win32/Error.h"

namespace iocp4j::win32 {

// How a wait of the calling thread came out, in which queued APCs may have run.
struct WaitOutcome {
    // The Java enum WaitResult.Kind has the same order.
    enum class Kind : std::uint8_t {
        kSignalled,  // the object with that index, or all of them
        kAbandoned,  // the same, a mutex whose owner has ended without giving it back
        kApc,        // at least one APC has run
        kMessage,    // there is input in the thread's message queue
        kTimeout,
        kFailed,  // with that error
    };

    Kind kind;
    std::uint32_t index = 0;
    ErrorCode error = ERROR_SUCCESS;
};

// Milliseconds may be INFINITE in all of them. Objects are MAXIMUM_WAIT_OBJECTS at most, one less with messages.
WaitOutcome alertableSleep(DWORD milliseconds) noexcept;
WaitOutcome alertableWait(HANDLE object, DWORD milliseconds) noexcept;
WaitOutcome alertableWait(std::span<const HANDLE> objects, bool all, DWORD milliseconds) noexcept;
WaitOutcome alertableWaitForMessage(std::span<const HANDLE> objects, DWORD milliseconds) noexcept;
WaitOutcome signalAndAlertableWait(HANDLE signalled, HANDLE object, DWORD milliseconds) noexcept;

}  // namespace iocp4j::win32
