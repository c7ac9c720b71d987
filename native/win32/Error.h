#pragma once

#include <cstdint>
#include <string>

namespace iocp4j::win32 {

// A code as GetLastError gives it. Zero is success; a code with bit 29 set is ours (engine/operation/EngineError.h).
using ErrorCode = std::uint32_t;

// What an overlapped operation left in OVERLAPPED.Internal, as an error code. Only the low half is looked at, because
// the kernel owns no more of the field than an NTSTATUS.
ErrorCode errorOfStatus(std::uintptr_t internal) noexcept;

// The NTSTATUS that errorOfStatus turns into that error.
std::uint32_t statusOfError(ErrorCode error) noexcept;

// Whether a call has failed for want of memory or quota, which may pass.
bool isShortage(ErrorCode error) noexcept;

// FormatMessageW's text without its line end, or an empty string where Windows knows none.
std::wstring errorMessage(ErrorCode error);

}  // namespace iocp4j::win32
