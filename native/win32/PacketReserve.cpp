#include "win32/PacketReserve.h"

#include "win32/Error.h"
#include "win32/SystemFunction.h"

namespace iocp4j::win32 {

namespace {

// No header declares them.
using NtAllocateReserveObject = LONG(NTAPI*)(HANDLE* reserve, const void* attributes, int type);
using NtSetIoCompletionEx = LONG(NTAPI*)(HANDLE port, HANDLE reserve, ULONG_PTR key, void* overlapped, LONG status,
                                         ULONG_PTR bytes);

constexpr int kIoCompletion = 1;

bool succeeded(LONG status) noexcept {
    ::SetLastError(errorOfStatus(static_cast<std::uint32_t>(status)));
    return status >= 0;
}

}  // namespace

HANDLE WINAPI allocatePacketReserve() {
    static const auto allocate = systemFunction<NtAllocateReserveObject>(L"ntdll.dll", "NtAllocateReserveObject");
    HANDLE reserve = nullptr;
    if (allocate == nullptr) {
        ::SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return nullptr;
    }
    return succeeded(allocate(&reserve, nullptr, kIoCompletion)) ? reserve : nullptr;
}

BOOL WINAPI postReservedPacket(HANDLE port, HANDLE reserve, ULONG_PTR key) {
    static const auto post = systemFunction<NtSetIoCompletionEx>(L"ntdll.dll", "NtSetIoCompletionEx");
    if (post == nullptr) {
        ::SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return FALSE;
    }
    return succeeded(post(port, reserve, key, nullptr, 0, 0)) ? TRUE : FALSE;
}

}  // namespace iocp4j::win32
