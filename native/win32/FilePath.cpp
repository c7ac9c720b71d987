#include "win32/FilePath.h"

#include <windows.h>

#include <string_view>

namespace iocp4j::win32 {

namespace {

constexpr std::wstring_view kVerbatim = L"\\\\?\\";

}  // namespace

Result<std::wstring> openablePath(const std::wstring& path) {
    constexpr std::wstring_view kDevice = L"\\\\.\\";
    if (path.empty() || path.find(L'\0') != std::wstring::npos) {
        // Windows would cut the path off at the null character and open another file.
        return Result<std::wstring>::failure(ERROR_INVALID_NAME);
    }
    if (path.starts_with(kVerbatim)) {
        return path;
    }
    std::wstring full(MAX_PATH, L'\0');
    DWORD length = ::GetFullPathNameW(path.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
    if (length >= full.size()) {
        // The result is then the required length, including the terminator.
        full.resize(length);
        length = ::GetFullPathNameW(path.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
    }
    if (length == 0 || length >= full.size()) {
        return Result<std::wstring>::failure(length == 0 ? ::GetLastError() : ERROR_FILENAME_EXCED_RANGE);
    }
    full.resize(length);
    if (full.size() < MAX_PATH || full.starts_with(kDevice)) {
        return full;
    }
    return full.starts_with(L"\\\\") ? L"\\\\?\\UNC" + full.substr(1) : std::wstring{kVerbatim} + full;
}

bool isOnDrive(const std::wstring& openable) noexcept {
    const std::wstring_view path{openable};
    return path.substr(path.starts_with(kVerbatim) ? kVerbatim.size() : 0).substr(0, 3).ends_with(L":\\");
}

}  // namespace iocp4j::win32
