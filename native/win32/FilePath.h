#pragma once

#include <string>

#include "win32/Result.h"

namespace iocp4j::win32 {

// The path in a form that CreateFileW accepts at any length: absolute (GetFullPathNameW), and with the prefix "\\?\" if
// it is longer than MAX_PATH.
Result<std::wstring> openablePath(const std::wstring& path);

// Whether such a path begins with a drive, so that it names a file: openablePath() has made "\\.\NUL" of "C:\NUL".
bool isOnDrive(const std::wstring& openable) noexcept;

}  // namespace iocp4j::win32
