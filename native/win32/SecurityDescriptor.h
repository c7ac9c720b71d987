#pragma once

#include <windows.h>

#include <memory>
#include <string>

#include "win32/Result.h"

namespace iocp4j::win32 {

// A security descriptor for a new kernel object.
class SecurityDescriptor {
public:
    // From the security descriptor definition language.
    static Result<SecurityDescriptor> parse(const std::wstring& sddl);

    // Full access for the current user, administrators and SYSTEM; nothing for other users, and nothing inherited.
    static Result<SecurityDescriptor> privateToUser();

    // From the language, or of an empty text the private one.
    static Result<SecurityDescriptor> of(const std::wstring& sddl);

    // Valid as long as this object.
    SECURITY_ATTRIBUTES attributes() const noexcept { return {sizeof(SECURITY_ATTRIBUTES), descriptor_.get(), FALSE}; }

    SecurityDescriptor() noexcept = default;

private:
    struct LocalFree {
        void operator()(void* memory) const noexcept { ::LocalFree(memory); }
    };

    std::unique_ptr<void, LocalFree> descriptor_;
};

}  // namespace iocp4j::win32
