#pragma once

#include <windows.h>

#include "win32/Error.h"

namespace iocp4j::win32 {

// Properties of a handle that other code has opened. Any number is a valid argument.
struct HandleTraits {
    bool console;
    bool synchronous;  // opened without FILE_FLAG_OVERLAPPED
};

HandleTraits traitsOf(HANDLE handle) noexcept;

// The error that CreateIoCompletionPort would return for the handle, for mechanisms that do not call it. Windows offers
// no query for the port that a handle is bound to.
ErrorCode errorOfAssociating(HANDLE handle) noexcept;

// Returns true if the handle has the right to read the data of its file.
bool mayRead(HANDLE handle) noexcept;

// Returns true if FILE_SKIP_COMPLETION_PORT_ON_SUCCESS may be set on the handle.
bool maySkipPackets(HANDLE handle) noexcept;

}  // namespace iocp4j::win32
