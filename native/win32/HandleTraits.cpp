#include "win32/HandleTraits.h"

#include <winternl.h>

#include "win32/Result.h"

namespace iocp4j::win32 {

namespace {

// NtQueryInformationFile for information classes whose structure is one number. Only the driver kit declares these
// classes. Returns ERROR_INVALID_HANDLE for non-file objects, such as an event.
Result<ULONG> queryNumber(HANDLE handle, int information) noexcept {
    ULONG number = 0;
    IO_STATUS_BLOCK block{};
    const NTSTATUS status = ::NtQueryInformationFile(handle, &block, &number, sizeof(number),
                                                     static_cast<FILE_INFORMATION_CLASS>(information));
    return status >= 0 ? Result<ULONG>{number}
                       : Result<ULONG>::failure(errorOfStatus(static_cast<std::uint32_t>(status)));
}

Result<ULONG> queryMode(HANDLE handle) noexcept {
    constexpr int kFileModeInformation = 16;
    return queryNumber(handle, kFileModeInformation);
}

bool isSynchronous(const Result<ULONG>& mode) noexcept {
    constexpr ULONG kSynchronous = 0x10 | 0x20;  // FILE_SYNCHRONOUS_IO_ALERT, ..._NONALERT
    return mode && (*mode & kSynchronous) != 0;
}

bool isConsole(HANDLE handle) noexcept {
    DWORD mode = 0;
    return ::GetConsoleMode(handle, &mode) != FALSE;
}

}  // namespace

HandleTraits traitsOf(HANDLE handle) noexcept { return {isConsole(handle), isSynchronous(queryMode(handle))}; }

ErrorCode errorOfAssociating(HANDLE handle) noexcept {
    const auto mode = queryMode(handle);
    if (mode.error() == ERROR_INVALID_HANDLE) {
        return ERROR_INVALID_HANDLE;
    }
    return isSynchronous(mode) || isConsole(handle) ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
}

bool maySkipPackets(HANDLE handle) noexcept {
    constexpr int kFileIoCompletionNotificationInformation = 41;
    const auto modes = queryNumber(handle, kFileIoCompletionNotificationInformation);
    return !modes || (*modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) != 0;
}

bool mayRead(HANDLE handle) noexcept {
    PUBLIC_OBJECT_BASIC_INFORMATION basic{};
    const NTSTATUS status = ::NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof basic, nullptr);
    return status >= 0 && (basic.GrantedAccess & FILE_READ_DATA) != 0;
}

}  // namespace iocp4j::win32
