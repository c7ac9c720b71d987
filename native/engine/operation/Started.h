#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Error.h"

namespace iocp4j {

// How a Win32 call that starts an overlapped operation came out.
struct Started {
    enum class Packet : std::uint8_t {
        kFollows,
        kMayBeSkipped,  // follows, unless the kernel skips it on this handle: the operation is over already
        kNone,          // or none that counts: the operation has ended with the status below
    };

    Packet packet;
    win32::ErrorCode status = ERROR_SUCCESS;
    std::uint32_t bytes = 0;  // transferred by an operation that has ended with that status

    static Started pending() noexcept { return {Packet::kFollows}; }
    static Started atOnce() noexcept { return {Packet::kMayBeSkipped}; }
    static Started over(win32::ErrorCode status, std::uint32_t bytes = 0) noexcept {
        return {Packet::kNone, status, bytes};
    }

    // For a call that returns FALSE and sets the last error, as ReadFile does. ERROR_MORE_DATA is a success that the
    // kernel warns of. Whether its packet is skipped is not documented, and does not matter: where the handle skips
    // packets the operation ends by a packet of our own, and one of the kernel's counts as foreign.
    static Started from(BOOL result) noexcept {
        const DWORD error = result ? ERROR_SUCCESS : ::GetLastError();
        switch (error) {
            case ERROR_SUCCESS:
            case ERROR_MORE_DATA:
                return atOnce();
            case ERROR_IO_PENDING:
                return pending();
            default:
                return over(error);
        }
    }
};

}  // namespace iocp4j
