#include "win32/ThreadEnd.h"

namespace iocp4j::win32 {

bool threadEnds(DWORD id, DWORD milliseconds) noexcept {
    if (id == ::GetCurrentThreadId()) {
        return false;
    }
    const HANDLE thread = ::OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (thread == nullptr) {
        return ::GetLastError() == ERROR_INVALID_PARAMETER;
    }
    const bool ends = ::GetProcessIdOfThread(thread) != ::GetCurrentProcessId() ||
                      ::WaitForSingleObject(thread, milliseconds) == WAIT_OBJECT_0;
    ::CloseHandle(thread);
    return ends;
}

}  // namespace iocp4j::win32
