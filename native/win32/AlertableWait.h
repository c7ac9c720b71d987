#pragma once

#include <windows.h>

#include <cstdint>
#include <span>

#include "win32/Error.h"

namespace iocp4j::win32 {

// The result of an alertable wait of the calling thread, during which queued APCs may have run.
struct WaitOutcome {
    // The Java enum WaitResult.Kind has the same order.
    enum class Kind : std::uint8_t {
        kSignalled,  // the object with that index, or all objects
        kAbandoned,  // the same, but a mutex was abandoned by its owner
        kApc,        // at least one APC has run
        kMessage,    // the thread's message queue has input
        kTimeout,
        kFailed,  // with that error
    };

    Kind kind;
    std::uint32_t index = 0;
    ErrorCode error = ERROR_SUCCESS;
};

// Milliseconds may be INFINITE. At most MAXIMUM_WAIT_OBJECTS objects, one less in a wait for messages.
WaitOutcome alertableSleep(DWORD milliseconds) noexcept;
WaitOutcome alertableWait(HANDLE object, DWORD milliseconds) noexcept;
WaitOutcome alertableWait(std::span<const HANDLE> objects, bool all, DWORD milliseconds) noexcept;
WaitOutcome alertableWaitForMessage(std::span<const HANDLE> objects, DWORD milliseconds) noexcept;
WaitOutcome signalAndAlertableWait(HANDLE signalled, HANDLE object, DWORD milliseconds) noexcept;

}  // namespace iocp4j::win32
