#include "win32/ThreadEnd.h"

#include "win32/Handle.h"

namespace iocp4j::win32 {

bool threadHasEnded(DWORD id) noexcept {
    const Handle thread{::OpenThread(SYNCHRONIZE | THREAD_QUERY_LIMITED_INFORMATION, FALSE, id)};
    if (!thread) {
        return ::GetLastError() == ERROR_INVALID_PARAMETER;
    }
    return ::GetProcessIdOfThread(thread.get()) != ::GetCurrentProcessId() ||
           ::WaitForSingleObject(thread.get(), 0) == WAIT_OBJECT_0;
}

}  // namespace iocp4j::win32
