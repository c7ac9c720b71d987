#pragma once

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// Duplicates the handle with the right SYNCHRONIZE only. Fails with ERROR_INVALID_HANDLE if the handle is invalid or
// its object cannot be waited for.
Result<Handle> waitableCopy(HANDLE handle) noexcept;

// Returns true for a mutex, which a successful wait gives to the waiting thread.
bool isMutex(HANDLE handle) noexcept;

}  // namespace iocp4j::win32
