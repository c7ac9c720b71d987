#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Returns true if no thread of this process has that id any more, or if the thread ends within that time. Does not wait
// for the calling thread. An id may be given to another thread later.
bool threadEnds(DWORD id, DWORD milliseconds) noexcept;

}  // namespace iocp4j::win32
