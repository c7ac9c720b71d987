#include "win32/PipeWaitCall.h"

#include <winternl.h>

#include <cstddef>
#include <cstring>
#include <cwchar>
#include <new>
#include <vector>

#include "win32/Error.h"
#include "win32/SystemFunction.h"

namespace iocp4j::win32 {

namespace {

// DeviceIoControl would send this code as a device request, which the pipe file system does not know. winternl.h lacks
// this function in some SDKs.
using NtFsControlFile = NTSTATUS(NTAPI*)(HANDLE file, HANDLE event, void* routine, void* context,
                                         IO_STATUS_BLOCK* block, ULONG code, void* in, ULONG inLength, void* out,
                                         ULONG outLength);

// From ntifs.h: CTL_CODE(FILE_DEVICE_NAMED_PIPE, 6, METHOD_BUFFERED, FILE_ANY_ACCESS)
constexpr ULONG kPipeWait = 0x11'0018;

// FILE_PIPE_WAIT_FOR_BUFFER of ntifs.h, without the name, which begins at kNameOffset.
struct Request {
    LARGE_INTEGER timeout;  // relative, in units of 100 ns
    ULONG nameLength;       // in bytes
    BOOLEAN timeoutSpecified;
};
constexpr std::size_t kNameOffset = 14;
static_assert(offsetof(Request, timeoutSpecified) == 12);

constexpr LONGLONG kUnitsOfMillisecond = 10'000;
// Every Win32 call stores this status before the operation begins.
constexpr ULONG_PTR kPending = 0x103;

ErrorCode start(HANDLE folder, const wchar_t* name, DWORD milliseconds, OVERLAPPED& operation) {
    static const auto call = systemFunction<NtFsControlFile>(L"ntdll.dll", "NtFsControlFile");
    if (call == nullptr) {
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
    const std::size_t nameLength = std::wcslen(name) * sizeof(wchar_t);
    std::vector<std::byte> input(kNameOffset + nameLength);
    Request request{};
    request.timeout.QuadPart = -kUnitsOfMillisecond * milliseconds;
    request.nameLength = static_cast<ULONG>(nameLength);
    request.timeoutSpecified = TRUE;
    std::memcpy(input.data(), &request, kNameOffset);
    std::memcpy(input.data() + kNameOffset, name, nameLength);
    operation.Internal = kPending;
    operation.InternalHigh = 0;
    // An OVERLAPPED begins with an IO_STATUS_BLOCK. The kernel copies the input during the call.
    const NTSTATUS status =
        call(folder, operation.hEvent, nullptr, nullptr, reinterpret_cast<IO_STATUS_BLOCK*>(&operation), kPipeWait,
             input.data(), static_cast<ULONG>(input.size()), nullptr, 0);
    return status == static_cast<NTSTATUS>(kPending) ? ERROR_IO_PENDING
                                                     : errorOfStatus(static_cast<std::uint32_t>(status));
}

}  // namespace

BOOL WINAPI startPipeWait(HANDLE folder, const wchar_t* name, DWORD milliseconds, OVERLAPPED* operation) {
    ErrorCode error = ERROR_NOT_ENOUGH_MEMORY;
    try {
        error = start(folder, name, milliseconds, *operation);
    } catch (const std::bad_alloc&) {
    }
    ::SetLastError(error);
    return error == ERROR_SUCCESS;
}

}  // namespace iocp4j::win32
