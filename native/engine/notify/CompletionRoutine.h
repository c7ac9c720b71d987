#pragma once

#include <windows.h>

#include "engine/operation/Started.h"

namespace iocp4j {

// What the kernel calls at the end of an operation that was started with a completion routine, by the ...Ex calls for
// files and by Winsock's.
void CALLBACK fileRoutine(DWORD error, DWORD bytes, OVERLAPPED* overlapped) noexcept;
void CALLBACK socketRoutine(DWORD error, DWORD bytes, OVERLAPPED* overlapped, DWORD flags) noexcept;

// How ReadFileEx or its like came out: the routine follows a success, at once or later, and also a warning.
Started startedWithRoutine(BOOL result) noexcept;

}  // namespace iocp4j
