#pragma once

#include <windows.h>

#include "engine/operation/Started.h"

namespace iocp4j {

// The completion routines of ReadFileEx and WriteFileEx, and of Winsock's calls.
void CALLBACK fileRoutine(DWORD error, DWORD bytes, OVERLAPPED* overlapped) noexcept;
void CALLBACK socketRoutine(DWORD error, DWORD bytes, OVERLAPPED* overlapped, DWORD flags) noexcept;

// The outcome of a call with a completion routine. The routine runs after a success, immediate or later, and after the
// warning ERROR_MORE_DATA.
Started startedWithRoutine(BOOL result) noexcept;

}  // namespace iocp4j
