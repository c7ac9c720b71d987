#pragma once

#include <windows.h>

#include "win32/Error.h"

namespace iocp4j::win32 {

// What can be said of a handle that other code has opened. Any number will do.
struct HandleTraits {
    bool console;
    bool synchronous;  // opened without FILE_FLAG_OVERLAPPED
};

HandleTraits traitsOf(HANDLE handle) noexcept;

// What CreateIoCompletionPort would say of the handle, for mechanisms that do not call it. Whether the handle is
// associated with another port cannot be asked.
ErrorCode errorOfAssociating(HANDLE handle) noexcept;

// Whether its owner may have had the packets of calls that return success skipped.
bool maySkipPackets(HANDLE handle) noexcept;

}  // namespace iocp4j::win32
