#include "win32/QueuedPackets.h"

#include "win32/Error.h"
#include "win32/SystemFunction.h"

namespace iocp4j::win32 {

namespace {

// No header declares it.
using NtQueryIoCompletion = LONG(NTAPI*)(HANDLE port, int informationClass, void* information, ULONG length,
                                         ULONG* returned);

constexpr int kBasicInformation = 0;

}  // namespace

Result<std::uint32_t> queuedPackets(HANDLE port) noexcept {
    static const auto query = systemFunction<NtQueryIoCompletion>(L"ntdll.dll", "NtQueryIoCompletion");
    if (query == nullptr) {
        return Result<std::uint32_t>::failure(ERROR_CALL_NOT_IMPLEMENTED);
    }
    LONG depth = 0;
    const LONG status = query(port, kBasicInformation, &depth, sizeof depth, nullptr);
    if (status != 0) {
        return Result<std::uint32_t>::failure(errorOfStatus(static_cast<std::uint32_t>(status)));
    }
    return static_cast<std::uint32_t>(depth);
}

}  // namespace iocp4j::win32
