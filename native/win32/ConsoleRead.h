#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Reads the available console input, at most `room` records, without waiting (ReadConsoleInputExW with
// CONSOLE_READ_NOWAIT). The count is 0 if another reader was first. A system without that call counts the records
// before it reads, and waits for the next record if another reader is first.
BOOL WINAPI readConsoleInputAtOnce(HANDLE console, INPUT_RECORD* records, DWORD room, DWORD* count);

}  // namespace iocp4j::win32
