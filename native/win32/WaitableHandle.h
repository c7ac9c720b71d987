#pragma once

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// Another handle of the same object, with the right to wait for it and no other. Fails with ERROR_INVALID_HANDLE where
// the handle is none, or its object is none that can be waited for.
Result<Handle> waitableCopy(HANDLE handle) noexcept;

// Whether who waits for it owns it afterwards.
bool isMutex(HANDLE handle) noexcept;

}  // namespace iocp4j::win32
