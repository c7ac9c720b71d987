#pragma once

#include <windows.h>

#include "win32/Error.h"
#include "win32/Handle.h"

namespace iocp4j::win32 {

// A call that takes an OVERLAPPED, on a handle that belongs to a port, made to be over when it returns. The low bit of
// its event keeps the kernel from queueing a packet for it.
class WaitedCall {
public:
    explicit WaitedCall(std::uint64_t position = 0) noexcept : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
        overlapped_.Offset = static_cast<DWORD>(position);
        overlapped_.OffsetHigh = static_cast<DWORD>(position >> 32);
        // As the documentation of GetQueuedCompletionStatus has it.
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
