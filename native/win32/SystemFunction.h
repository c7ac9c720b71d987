#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// A function of Windows that import libraries or headers lack; nullptr if this system lacks it, too.
template <class Function>
Function systemFunction(const wchar_t* library, const char* name) noexcept {
    return reinterpret_cast<Function>(reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(library), name)));
}

}  // namespace iocp4j::win32
