#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Returns true if no thread of this process has that id any more. An id may be given to another thread later.
bool threadHasEnded(DWORD id) noexcept;

}  // namespace iocp4j::win32
