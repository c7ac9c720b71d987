#include "win32/ThreadName.h"

#include <windows.h>

#include "win32/SystemFunction.h"

namespace iocp4j::win32 {

void nameThread(const std::wstring& name) noexcept {
    using SetThreadDescriptionFunction = HRESULT(WINAPI*)(HANDLE, PCWSTR);
    // Import libraries lack it, and so does the kernel32.dll of Windows Server 2016.
    static const auto setThreadDescription =
        systemFunction<SetThreadDescriptionFunction>(L"kernelbase.dll", "SetThreadDescription");
    if (setThreadDescription != nullptr) {
        (void)setThreadDescription(::GetCurrentThread(), name.c_str());
    }
}

}  // namespace iocp4j::win32
