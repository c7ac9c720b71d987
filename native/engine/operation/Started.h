#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Error.h"

namespace iocp4j {

// The outcome of a Win32 call that starts an overlapped operation.
struct Started {
    enum class Packet : std::uint8_t {
        kFollows,
        kMayBeSkipped,  // the operation has succeeded; a packet follows unless the kernel skips it on this handle
        kNone,          // no packet follows, or none that counts; the operation has ended with `status`
    };

    Packet packet;
    win32::ErrorCode status = ERROR_SUCCESS;
    std::uint32_t bytes = 0;  // transferred by an operation that has ended with `status`

    static Started pending() noexcept { return {Packet::kFollows}; }
    static Started atOnce() noexcept { return {Packet::kMayBeSkipped}; }
    static Started over(win32::ErrorCode status, std::uint32_t bytes = 0) noexcept {
        return {Packet::kNone, status, bytes};
    }

    // For a call that returns FALSE and sets the last error, as ReadFile does. ERROR_MORE_DATA is a warning. Whether
    // the kernel skips its packet is not documented. It does not matter: on a handle that skips packets the engine
    // posts its own packet, and one of the kernel counts as foreign.
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
