#pragma once

#include <windows.h>

namespace iocp4j {

// How long a thread waits for packets before it looks for work that no packet tells of: operations that could not be
// posted, exit packets that could not, and reminders whose packet could not.
inline constexpr DWORD kLookoutMilliseconds = 500;

}  // namespace iocp4j
