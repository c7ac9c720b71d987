#include "win32/ThreadEnd.h"

namespace iocp4j::win32 {

bool threadHasEnded(DWORD id) noexcept {
    const HANDLE thread = ::OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (thread == nullptr) {
        return ::GetLastError() == ERROR_INVALID_PARAMETER;
    }
    const bool ended =
        ::GetProcessIdOfThread(thread) != ::GetCurrentProcessId() || ::WaitForSingleObject(thread, 0) == WAIT_OBJECT_0;
    ::CloseHandle(thread);
    return ended;
}

}  // namespace iocp4j::win32
