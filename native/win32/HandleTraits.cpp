#include "win32/HandleTraits.h"

#include <winternl.h>

#include <optional>

namespace iocp4j::win32 {

namespace {

// What the system says of a handle in one number, for classes of information that have no header outside the driver
// kit.
std::optional<ULONG> queryNumber(HANDLE handle, int information) noexcept {
    ULONG number = 0;
    IO_STATUS_BLOCK status{};
    const NTSTATUS told = ::NtQueryInformationFile(handle, &status, &number, sizeof(number),
                                                   static_cast<FILE_INFORMATION_CLASS>(information));
    return told >= 0 ? std::optional{number} : std::nullopt;
}

// A file in the sense of Windows': a pipe, a socket, a disk, but no event.
bool isFile(HANDLE handle) noexcept {
    ::SetLastError(ERROR_SUCCESS);
    return ::GetFileType(handle) != FILE_TYPE_UNKNOWN || ::GetLastError() == ERROR_SUCCESS;
}

}  // namespace

HandleTraits traitsOf(HANDLE handle) noexcept {
    constexpr int kFileModeInformation = 16;
    constexpr ULONG kSynchronous = 0x10 | 0x20;  // FILE_SYNCHRONOUS_IO_ALERT, ..._NONALERT
    DWORD mode = 0;
    const auto options = queryNumber(handle, kFileModeInformation);
    return {::GetConsoleMode(handle, &mode) != FALSE, options && (*options & kSynchronous) != 0};
}

ErrorCode errorOfAssociating(HANDLE handle) noexcept {
    if (!isFile(handle)) {
        return ERROR_INVALID_HANDLE;
    }
    const HandleTraits traits = traitsOf(handle);
    return traits.console || traits.synchronous ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
}

bool maySkipPackets(HANDLE handle) noexcept {
    constexpr int kFileIoCompletionNotificationInformation = 41;
    const auto modes = queryNumber(handle, kFileIoCompletionNotificationInformation);
    return !modes || (*modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) != 0;
}

}  // namespace iocp4j::win32
