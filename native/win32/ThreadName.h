#pragma once

#include <string>

namespace iocp4j::win32 {

// Names the calling thread for debuggers and profilers (SetThreadDescription, since Windows 10 1607).
void nameThread(const std::wstring& name) noexcept;

}  // namespace iocp4j::win32
