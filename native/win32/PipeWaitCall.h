#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Starts to wait for an instance of the pipe NAME that a client can open, in the way of WaitNamedPipe, but without a
// thread (FSCTL_PIPE_WAIT). `folder` is a handle to \\.\pipe\ or \\HOST\pipe\ that was opened with
// FILE_FLAG_OVERLAPPED. The kernel sets the operation's event at the end.
//
// Returns TRUE if an instance is free now, or FALSE and the last error: ERROR_IO_PENDING while it waits, or
// ERROR_FILE_NOT_FOUND if there is no such pipe.
BOOL WINAPI startPipeWait(HANDLE folder, const wchar_t* name, DWORD milliseconds, OVERLAPPED* operation);

}  // namespace iocp4j::win32
