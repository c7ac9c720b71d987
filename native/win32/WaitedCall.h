#pragma once

#include <windows.h>

#include "win32/Error.h"
#include "win32/Handle.h"

namespace iocp4j::win32 {

// Makes a blocking call with an OVERLAPPED on a handle that is bound to a port. The low bit of the event keeps the
// kernel from queueing a packet.
class WaitedCall {
public:
    explicit WaitedCall(std::uint64_t position = 0) noexcept : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
        overlapped_.Offset = static_cast<DWORD>(position);
        overlapped_.OffsetHigh = static_cast<DWORD>(position >> 32);
        // See the documentation of GetQueuedCompletionStatus.
        overlapped_.hEvent = static_cast<char*>(event_.get()) + 1;
    }

    // `call` makes the Win32 call with the OVERLAPPED.
    template <class Call>
    ErrorCode make(HANDLE handle, Call&& call) noexcept {
        if (!event_) {
            return ERROR_NOT_ENOUGH_MEMORY;
        }
        if (call(&overlapped_)) {
            return ERROR_SUCCESS;
        }
        const DWORD error = ::GetLastError();
        if (error != ERROR_IO_PENDING) {
            return error;
        }
        DWORD bytes = 0;
        return ::GetOverlappedResult(handle, &overlapped_, &bytes, TRUE) ? ERROR_SUCCESS : ::GetLastError();
    }

private:
    Handle event_;
    OVERLAPPED overlapped_{};
};

}  // namespace iocp4j::win32
