#include "win32/WaitableHandle.h"

#include <winternl.h>

#include <array>
#include <string_view>

namespace iocp4j::win32 {

Result<Handle> waitableCopy(HANDLE handle) noexcept {
    HANDLE copy = nullptr;
    if (!::DuplicateHandle(::GetCurrentProcess(), handle, ::GetCurrentProcess(), &copy, SYNCHRONIZE, FALSE, 0)) {
        return Result<Handle>::failure(::GetLastError());
    }
    Handle owned{copy};
    // An object that cannot be waited for, such as a registry key, does not support SYNCHRONIZE.
    PUBLIC_OBJECT_BASIC_INFORMATION basic{};
    const NTSTATUS status = ::NtQueryObject(copy, ObjectBasicInformation, &basic, sizeof basic, nullptr);
    if (status < 0 || (basic.GrantedAccess & SYNCHRONIZE) == 0) {
        return Result<Handle>::failure(ERROR_INVALID_HANDLE);
    }
    return owned;
}

bool isMutex(HANDLE handle) noexcept {
    // The name of the type follows the structure that points to it.
    alignas(PUBLIC_OBJECT_TYPE_INFORMATION) std::array<std::byte, 1024> answer{};
    if (::NtQueryObject(handle, ObjectTypeInformation, answer.data(), static_cast<ULONG>(answer.size()), nullptr) < 0) {
        return false;
    }
    const auto& type = *reinterpret_cast<const PUBLIC_OBJECT_TYPE_INFORMATION*>(answer.data());
    return std::wstring_view{type.TypeName.Buffer, type.TypeName.Length / sizeof(wchar_t)} == L"Mutant";
}

}  // namespace iocp4j::win32
