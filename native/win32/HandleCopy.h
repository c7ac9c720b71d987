#pragma once

#include <windows.h>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// Another handle of the same object, with the same rights (DuplicateHandle).
Result<Handle> copyOf(HANDLE handle) noexcept;

// The same, for a child process.
Result<Handle> inheritableCopyOf(HANDLE handle) noexcept;

}  // namespace iocp4j::win32
