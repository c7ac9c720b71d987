#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Error.h"

namespace iocp4j {

// How a Win32 call that starts an overlapped operation came out.
struct Started {
    bool packetFollows;
    win32::ErrorCode status;  // of an operation that is over already
    std::uint32_t bytes = 0;  // transferred by an operation that is over already

    // For a call that returns FALSE and sets the last error, as ReadFile does. Success means that a packet follows as
    // well; so does ERROR_MORE_DATA, which the kernel takes for a warning.
    static Started from(BOOL result) noexcept {
        const DWORD error = result ? ERROR_SUCCESS : ::GetLastError();
        if (error == ERROR_SUCCESS || error == ERROR_IO_PENDING || error == ERROR_MORE_DATA) {
            return {true, ERROR_SUCCESS};
        }
        return over(error);
    }

    // No packet follows, or none that counts: the operation has ended with this status.
    static Started over(win32::ErrorCode status, std::uint32_t bytes = 0) noexcept { return {false, status, bytes}; }
};

}  // namespace iocp4j
