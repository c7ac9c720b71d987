#pragma once

#include <cstdint>
#include <string>

namespace iocp4j::win32 {

// A code as returned by GetLastError. 0 is success. Bit 29 marks the engine's codes (engine/operation/EngineError.h).
using ErrorCode = std::uint32_t;

// Maps the NTSTATUS in OVERLAPPED.Internal to an error code, as GetOverlappedResult does: every status of success is
// success, such as STATUS_TIMEOUT after a serial port's read or STATUS_OPLOCK_BREAK_IN_PROGRESS. Reads the lower half
// only, because the kernel writes an NTSTATUS there and nothing to the upper half.
ErrorCode errorOfStatus(std::uintptr_t internal) noexcept;

// The NTSTATUS that errorOfStatus() maps to that error.
std::uint32_t statusOfError(ErrorCode error) noexcept;

// Returns true for a lack of memory or quota, which may be temporary.
bool isShortage(ErrorCode error) noexcept;

// The text of FormatMessageW without its line end, or an empty string for an unknown code.
std::wstring errorMessage(ErrorCode error);

}  // namespace iocp4j::win32
