#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// A function of Windows that import libraries or headers lack; nullptr if this system lacks it, too.
template <class Function>
Function systemFunction(const wchar_t* library, const char* name) noexcept {
    // GetProcAddress would search the program itself for the null handle of a library that is not loaded.
    const HMODULE module = ::GetModuleHandleW(library);
    return module == nullptr ? nullptr
                             : reinterpret_cast<Function>(reinterpret_cast<void*>(::GetProcAddress(module, name)));
}

}  // namespace iocp4j::win32
