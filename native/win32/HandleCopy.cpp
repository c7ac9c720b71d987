#include "win32/HandleCopy.h"

#include "win32/Calls.h"

namespace iocp4j::win32 {

namespace {

Result<Handle> copy(HANDLE handle, BOOL inheritable) noexcept {
    HANDLE copy = nullptr;
    if (!calls.duplicateHandle(::GetCurrentProcess(), handle, ::GetCurrentProcess(), &copy, 0, inheritable,
                               DUPLICATE_SAME_ACCESS)) {
        return Result<Handle>::failure(::GetLastError());
    }
    return Handle{copy};
}

}  // namespace

Result<Handle> copyOf(HANDLE handle) noexcept { return copy(handle, FALSE); }

Result<Handle> inheritableCopyOf(HANDLE handle) noexcept { return copy(handle, TRUE); }

}  // namespace iocp4j::win32
