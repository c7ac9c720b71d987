#include "win32/ThreadName.h"

#include <windows.h>

namespace iocp4j::win32 {

void nameThread(const std::wstring& name) noexcept {
    using SetThreadDescriptionFunction = HRESULT(WINAPI*)(HANDLE, PCWSTR);
    // Looked up at run time, because import libraries and older systems lack it.
    static const auto setThreadDescription = reinterpret_cast<SetThreadDescriptionFunction>(
        reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription")));
    if (setThreadDescription != nullptr) {
        (void)setThreadDescription(::GetCurrentThread(), name.c_str());
    }
}

}  // namespace iocp4j::win32
