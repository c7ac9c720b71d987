#include "win32/SecurityDescriptor.h"

#include <sddl.h>

#include <cstddef>

#include "win32/Handle.h"

namespace iocp4j::win32 {

namespace {

Result<std::wstring> currentUserSid() {
    HANDLE opened = nullptr;
    if (!::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened)) {
        return Result<std::wstring>::failure(::GetLastError());
    }
    const Handle token{opened};
    alignas(TOKEN_USER) std::byte user[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD length = 0;
    if (!::GetTokenInformation(token.get(), TokenUser, user, sizeof(user), &length)) {
        return Result<std::wstring>::failure(::GetLastError());
    }
    wchar_t* text = nullptr;
    if (!::ConvertSidToStringSidW(reinterpret_cast<const TOKEN_USER*>(user)->User.Sid, &text)) {
        return Result<std::wstring>::failure(::GetLastError());
    }
    std::wstring sid{text};
    ::LocalFree(text);
    return sid;
}

}  // namespace

Result<SecurityDescriptor> SecurityDescriptor::parse(const std::wstring& sddl) {
    PSECURITY_DESCRIPTOR parsed = nullptr;
    if (!::ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl.c_str(), SDDL_REVISION_1, &parsed, nullptr)) {
        return Result<SecurityDescriptor>::failure(::GetLastError());
    }
    SecurityDescriptor result;
    result.descriptor_.reset(parsed);
    return result;
}

Result<SecurityDescriptor> SecurityDescriptor::privateToUser() {
    Result<std::wstring> sid = currentUserSid();
    if (!sid) {
        return Result<SecurityDescriptor>::failure(sid.error());
    }
    return parse(L"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;" + *sid + L")");
}

Result<SecurityDescriptor> SecurityDescriptor::of(const std::wstring& sddl) {
    return sddl.empty() ? privateToUser() : parse(sddl);
}

}  // namespace iocp4j::win32
