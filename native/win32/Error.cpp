#include "win32/Error.h"

#include <windows.h>
#include <winternl.h>

namespace iocp4j::win32 {

namespace {

// The facility of NTSTATUS for Win32 errors.
constexpr std::uint32_t kWin32Facility = 0xc007'0000;
constexpr std::uint32_t kCode = 0xffff;

}  // namespace

ErrorCode errorOfStatus(std::uintptr_t internal) noexcept {
    const auto number = static_cast<std::uint32_t>(internal);
    if ((number & ~kCode) == kWin32Facility) {
        return number & kCode;
    }
    const auto status = static_cast<NTSTATUS>(number);
    return status >= 0 ? ERROR_SUCCESS : ::RtlNtStatusToDosError(status);
}

std::uint32_t statusOfError(ErrorCode error) noexcept {
    return error == ERROR_SUCCESS ? 0 : kWin32Facility | (error & kCode);
}

bool isShortage(ErrorCode error) noexcept {
    switch (error) {
        case ERROR_NOT_ENOUGH_MEMORY:
        case ERROR_OUTOFMEMORY:
        case ERROR_NO_SYSTEM_RESOURCES:
        case ERROR_NONPAGED_SYSTEM_RESOURCES:
        case ERROR_PAGED_SYSTEM_RESOURCES:
        case ERROR_WORKING_SET_QUOTA:
        case ERROR_PAGEFILE_QUOTA:
        case ERROR_COMMITMENT_LIMIT:
        case ERROR_NOT_ENOUGH_QUOTA:
            return true;
        default:
            return false;
    }
}

std::wstring errorMessage(ErrorCode error) {
    wchar_t text[512];
    DWORD length = ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, error, 0, text,
                                    static_cast<DWORD>(std::size(text)), nullptr);
    while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r' || text[length - 1] == L' ')) {
        --length;
    }
    return {text, length};
}

}  // namespace iocp4j::win32
