#include "win32/StayLoaded.h"

#include <windows.h>

namespace iocp4j::win32 {

void stayLoaded() noexcept {
    HMODULE self = nullptr;
    ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                         reinterpret_cast<LPCWSTR>(&stayLoaded), &self);
}

}  // namespace iocp4j::win32
