#include "win32/PipeHolder.h"

#include <winternl.h>

#include <string>

#include "win32/Error.h"
#include "win32/FilePath.h"
#include "win32/Quirks.h"
#include "win32/SystemFunction.h"

namespace iocp4j::win32 {

namespace {

// Only the driver kit declares it.
using NtCreateNamedPipeFile = NTSTATUS(NTAPI*)(HANDLE* pipe, ACCESS_MASK access, OBJECT_ATTRIBUTES* attributes,
                                               IO_STATUS_BLOCK* block, ULONG share, ULONG disposition, ULONG options,
                                               ULONG type, ULONG readMode, ULONG completionMode, ULONG maxInstances,
                                               ULONG inBuffer, ULONG outBuffer, LARGE_INTEGER* timeout);

// Values of ntifs.h.
constexpr ULONG kShareRead = FILE_SHARE_READ;    // clients may read
constexpr ULONG kShareWrite = FILE_SHARE_WRITE;  // clients may write
constexpr ULONG kCreate = 2;                     // FILE_CREATE: fails if the pipe exists
constexpr ULONG kMessageType = 1;                // FILE_PIPE_MESSAGE_TYPE
constexpr ULONG kRejectRemoteClients = 2;        // FILE_PIPE_REJECT_REMOTE_CLIENTS
constexpr ULONG kMessageMode = 1;                // FILE_PIPE_MESSAGE_MODE
constexpr ULONG kQueueOperation = 0;             // FILE_PIPE_QUEUE_OPERATION, as for PIPE_WAIT
constexpr std::size_t kLongestName = 0x7fff;     // limit of UNICODE_STRING
constexpr ULONG kUnlimitedInstances = 0xffff'ffff;
// The default timeout of WaitNamedPipe: 50 ms, as with CreateNamedPipe; a relative time in units of 100 ns.
constexpr LONGLONG kDefaultTimeout = -50 * 10'000;

ULONG shareOf(DWORD openMode) noexcept {
    return ((openMode & PIPE_ACCESS_INBOUND) != 0 ? kShareWrite : 0) |
           ((openMode & PIPE_ACCESS_OUTBOUND) != 0 ? kShareRead : 0);
}

ULONG typeOf(DWORD pipeMode) noexcept {
    return ((pipeMode & PIPE_TYPE_MESSAGE) != 0 ? kMessageType : 0) |
           ((pipeMode & PIPE_REJECT_REMOTE_CLIENTS) != 0 ? kRejectRemoteClients : 0);
}

// The name for the object manager. Removes dots and trailing spaces first, like CreateNamedPipe.
Result<std::wstring> nativeName(const wchar_t* name) {
    auto path = openablePath(name);
    if (!path) {
        return path;
    }
    constexpr std::wstring_view kDevice = L"\\\\.\\";
    constexpr std::wstring_view kVerbatim = L"\\\\?\\";
    if (!(*path).starts_with(kDevice) && !(*path).starts_with(kVerbatim)) {
        return Result<std::wstring>::failure(ERROR_INVALID_NAME);
    }
    std::wstring native = L"\\??\\" + (*path).substr(kDevice.size());
    if (native.size() > kLongestName) {
        return Result<std::wstring>::failure(ERROR_FILENAME_EXCED_RANGE);
    }
    return native;
}

ErrorCode create(HANDLE& pipe, const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                 SECURITY_ATTRIBUTES* security) {
    static const auto call = systemFunction<NtCreateNamedPipeFile>(L"ntdll.dll", "NtCreateNamedPipeFile");
    if (call == nullptr) {
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
    auto path = nativeName(name);
    if (!path) {
        return path.error();
    }
    const auto length = static_cast<USHORT>((*path).size() * sizeof(wchar_t));
    UNICODE_STRING objectName{length, length, (*path).data()};
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &objectName, OBJ_CASE_INSENSITIVE, nullptr,
                               security != nullptr ? security->lpSecurityDescriptor : nullptr);
    IO_STATUS_BLOCK block{};
    LARGE_INTEGER timeout{};
    timeout.QuadPart = kDefaultTimeout;
    const NTSTATUS status = call(&pipe, SYNCHRONIZE, &attributes, &block, shareOf(openMode), kCreate, 0,
                                 typeOf(pipeMode), (pipeMode & PIPE_READMODE_MESSAGE) != 0 ? kMessageMode : 0,
                                 kQueueOperation, kUnlimitedInstances, inBuffer, outBuffer, &timeout);
    return errorOfStatus(static_cast<std::uint32_t>(status));
}

}  // namespace

HANDLE createPipeWithoutAccess(const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                               SECURITY_ATTRIBUTES* security) noexcept {
    HANDLE pipe = INVALID_HANDLE_VALUE;
    ErrorCode error = ERROR_NOT_ENOUGH_MEMORY;
    try {
        error = create(pipe, name, openMode, pipeMode, outBuffer, inBuffer, security);
    } catch (const std::bad_alloc&) {
    }
    ::SetLastError(error);
    return error == ERROR_SUCCESS ? pipe : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI createPipeHolder(const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                               SECURITY_ATTRIBUTES* security) {
    if (quirks().holdersTakeClients) {
        ::SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return INVALID_HANDLE_VALUE;
    }
    return createPipeWithoutAccess(name, openMode, pipeMode, outBuffer, inBuffer, security);
}

}  // namespace iocp4j::win32
