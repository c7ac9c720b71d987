#pragma once

#include <string>

namespace iocp4j::win32 {

// Names the calling thread for debuggers and profilers (SetThreadDescription, from Windows 10 1607 on).
void nameThread(const std::wstring& name) noexcept;

}  // namespace iocp4j::win32
