#pragma once

#include <windows.h>

#include "win32/Error.h"

namespace iocp4j::win32 {

// What can be said of a handle that somebody else has opened. Any number will do: of one that is no handle nothing is.
struct HandleTraits {
    bool console;
    bool synchronous;  // opened without FILE_FLAG_OVERLAPPED
};

HandleTraits traitsOf(HANDLE handle) noexcept;

// Why a port would not have been tied to the handle (CreateIoCompletionPort), for who ties none and may not wait in a
// call either; ERROR_SUCCESS when there is no reason. Whether it is tied to another port nobody can ask.
ErrorCode errorOfTying(HANDLE handle) noexcept;

// Whether its owner may have had the packets of calls that return success skipped.
bool maySkipPackets(HANDLE handle) noexcept;

}  // namespace iocp4j::win32
