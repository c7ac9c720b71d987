#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Takes what there is of a console's input, at most `room` records, and does not wait: where another reader has been
// quicker, the count is 0 (ReadConsoleInputExW with CONSOLE_READ_NOWAIT). A system that lacks that call counts before
// it reads, and waits for the next record if another reader gets in between.
BOOL WINAPI readConsoleInputAtOnce(HANDLE console, INPUT_RECORD* records, DWORD room, DWORD* count);

}  // namespace iocp4j::win32
