#pragma once

#include <string>

#include "win32/Result.h"

namespace iocp4j::win32 {

// The path in the form in which CreateFileW takes it whatever its length: absolute (GetFullPathNameW), and beginning
// with "\\?\" where it is longer than MAX_PATH allows.
Result<std::wstring> openablePath(const std::wstring& path);

}  // namespace iocp4j::win32
