#pragma once

#include <windows.h>

#include <memory>
#include <string>

#include "win32/Result.h"

namespace iocp4j::win32 {

// A security descriptor for a new kernel object.
class SecurityDescriptor {
public:
    // From SDDL.
    static Result<SecurityDescriptor> parse(const std::wstring& sddl);

    // Full access for the current user, administrators and SYSTEM. No access for other users, and no inherited entries.
    static Result<SecurityDescriptor> privateToUser();

    // From SDDL, or privateToUser() if it is empty.
    static Result<SecurityDescriptor> of(const std::wstring& sddl);

    // Valid while this object exists.
    SECURITY_ATTRIBUTES attributes() const noexcept { return {sizeof(SECURITY_ATTRIBUTES), descriptor_.get(), FALSE}; }

    SecurityDescriptor() noexcept = default;

private:
    struct LocalFree {
        void operator()(void* memory) const noexcept { ::LocalFree(memory); }
    };

    std::unique_ptr<void, LocalFree> descriptor_;
};

}  // namespace iocp4j::win32
