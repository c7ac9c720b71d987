#pragma once

// The part of Win32 that the engine uses, for a build on the host under sanitizers. Most functions only fail, because
// the tests replace the calls that matter by the simulated kernel (win32::calls).

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

#define WINAPI
#define NTAPI
#define CALLBACK
#define FALSE 0
#define TRUE 1
#define INFINITE 0xffffffffU

using BOOL = int;
using DWORD = std::uint32_t;
using ULONG = std::uint32_t;
using LONG = std::int32_t;
using UCHAR = unsigned char;
using WORD = std::uint16_t;
using NTSTATUS = std::int32_t;
using ULONG_PTR = std::uintptr_t;
using SIZE_T = std::size_t;
using HANDLE = void*;
using PVOID = void*;
using LPVOID = void*;
using LPCVOID = const void*;
using LPCWSTR = const wchar_t*;

inline const HANDLE INVALID_HANDLE_VALUE = reinterpret_cast<HANDLE>(~std::uintptr_t{0});

struct OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    DWORD Offset;
    DWORD OffsetHigh;
    HANDLE hEvent;
};

struct OVERLAPPED_ENTRY {
    ULONG_PTR lpCompletionKey;
    OVERLAPPED* lpOverlapped;
    ULONG_PTR Internal;
    DWORD dwNumberOfBytesTransferred;
};

struct SECURITY_ATTRIBUTES {
    DWORD nLength;
    void* lpSecurityDescriptor;
    BOOL bInheritHandle;
};

constexpr DWORD ERROR_SUCCESS = 0;
constexpr DWORD ERROR_INVALID_FUNCTION = 1;
constexpr DWORD ERROR_ACCESS_DENIED = 5;
constexpr DWORD ERROR_INVALID_HANDLE = 6;
constexpr DWORD ERROR_NOT_ENOUGH_MEMORY = 8;
constexpr DWORD ERROR_HANDLE_EOF = 38;
constexpr DWORD ERROR_INVALID_PARAMETER = 87;
constexpr DWORD ERROR_BROKEN_PIPE = 109;
constexpr DWORD ERROR_CALL_NOT_IMPLEMENTED = 120;
constexpr DWORD ERROR_SEM_TIMEOUT = 121;
constexpr DWORD ERROR_NO_DATA = 232;
constexpr DWORD ERROR_MORE_DATA = 234;
constexpr DWORD ERROR_PIPE_CONNECTED = 535;
constexpr DWORD ERROR_PIPE_NOT_CONNECTED = 233;
constexpr DWORD ERROR_ABANDONED_WAIT_0 = 735;
constexpr DWORD ERROR_OPERATION_ABORTED = 995;
constexpr DWORD ERROR_IO_PENDING = 997;
constexpr DWORD ERROR_NOT_FOUND = 1168;
constexpr DWORD ERROR_RETRY = 1237;
constexpr DWORD ERROR_NO_SYSTEM_RESOURCES = 1450;
constexpr DWORD ERROR_TIMEOUT = 1460;
constexpr DWORD WAIT_OBJECT_0 = 0;
constexpr DWORD WAIT_IO_COMPLETION = 192;
constexpr DWORD WAIT_TIMEOUT = 258;
constexpr DWORD WAIT_FAILED = 0xffff'ffff;
constexpr ULONG_PTR STATUS_PENDING = 0x103;

constexpr UCHAR FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1;
constexpr UCHAR FILE_SKIP_SET_EVENT_ON_HANDLE = 2;
constexpr DWORD PIPE_SERVER_END = 1;
constexpr DWORD PIPE_TYPE_MESSAGE = 4;
constexpr DWORD PIPE_ACCESS_INBOUND = 1;
constexpr DWORD PIPE_ACCESS_OUTBOUND = 2;
constexpr DWORD PIPE_ACCESS_DUPLEX = 3;

inline thread_local DWORD lastError = ERROR_SUCCESS;
inline DWORD GetLastError() noexcept { return lastError; }
inline void SetLastError(DWORD error) noexcept { lastError = error; }

inline BOOL SwitchToThread() { return std::this_thread::yield(), TRUE; }
inline void Sleep(DWORD milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds}); }
inline std::uint64_t GetTickCount64() {
    const auto sinceStart = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(sinceStart).count());
}

// Memory of the host: reserved but uncommitted memory cannot be accessed.
constexpr DWORD MEM_COMMIT = 0x1000;
constexpr DWORD MEM_RESERVE = 0x2000;
constexpr DWORD MEM_RELEASE = 0x8000;
constexpr DWORD PAGE_NOACCESS = 1;
constexpr DWORD PAGE_READWRITE = 4;
DWORD GetCurrentThreadId();
LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection);
BOOL VirtualFree(LPVOID address, SIZE_T size, DWORD type);

// Calls that no test replaces fail.
inline BOOL notImplemented() noexcept {
    SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
    return FALSE;
}
inline HANDLE CreateIoCompletionPort(HANDLE, HANDLE, ULONG_PTR, DWORD) { return notImplemented(), nullptr; }
inline BOOL PostQueuedCompletionStatus(HANDLE, DWORD, ULONG_PTR, OVERLAPPED*) { return notImplemented(); }
inline BOOL GetQueuedCompletionStatus(HANDLE, DWORD*, ULONG_PTR*, OVERLAPPED**, DWORD) { return notImplemented(); }
inline BOOL GetQueuedCompletionStatusEx(HANDLE, OVERLAPPED_ENTRY*, ULONG, ULONG*, DWORD, BOOL) {
    return notImplemented();
}
inline BOOL CancelIoEx(HANDLE, OVERLAPPED*) { return notImplemented(); }
inline BOOL SetFileCompletionNotificationModes(HANDLE, UCHAR) { return notImplemented(); }
inline BOOL CloseHandle(HANDLE) { return notImplemented(); }
using SOCKET = std::uintptr_t;
inline int closesocket(SOCKET) { return notImplemented(), -1; }
inline BOOL ReadFile(HANDLE, LPVOID, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }
inline BOOL WriteFile(HANDLE, LPCVOID, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }
using LPOVERLAPPED_COMPLETION_ROUTINE = void (*)(DWORD, DWORD, OVERLAPPED*);
inline BOOL ReadFileEx(HANDLE, LPVOID, DWORD, OVERLAPPED*, LPOVERLAPPED_COMPLETION_ROUTINE) { return notImplemented(); }
inline BOOL WriteFileEx(HANDLE, LPCVOID, DWORD, OVERLAPPED*, LPOVERLAPPED_COMPLETION_ROUTINE) {
    return notImplemented();
}
inline BOOL GetOverlappedResult(HANDLE, OVERLAPPED*, DWORD*, BOOL) { return notImplemented(); }
inline HANDLE CreateFileW(LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES*, DWORD, DWORD, HANDLE) {
    return notImplemented(), INVALID_HANDLE_VALUE;
}
inline HANDLE ReOpenFile(HANDLE, DWORD, DWORD, DWORD) { return notImplemented(), INVALID_HANDLE_VALUE; }
inline BOOL DuplicateHandle(HANDLE, HANDLE, HANDLE, HANDLE*, DWORD, BOOL, DWORD) { return notImplemented(); }
union FILE_SEGMENT_ELEMENT {
    void* Buffer;
    std::uint64_t Alignment;
};
enum FILE_INFO_BY_HANDLE_CLASS : int {};
inline BOOL ReadFileScatter(HANDLE, FILE_SEGMENT_ELEMENT*, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }
inline BOOL WriteFileGather(HANDLE, FILE_SEGMENT_ELEMENT*, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }
inline BOOL LockFileEx(HANDLE, DWORD, DWORD, DWORD, DWORD, OVERLAPPED*) { return notImplemented(); }
inline BOOL UnlockFileEx(HANDLE, DWORD, DWORD, DWORD, OVERLAPPED*) { return notImplemented(); }
inline BOOL FlushFileBuffers(HANDLE) { return notImplemented(); }
inline BOOL GetFileInformationByHandleEx(HANDLE, FILE_INFO_BY_HANDLE_CLASS, LPVOID, DWORD) { return notImplemented(); }
inline BOOL SetFileInformationByHandle(HANDLE, FILE_INFO_BY_HANDLE_CLASS, LPVOID, DWORD) { return notImplemented(); }
inline BOOL DeviceIoControl(HANDLE, DWORD, LPVOID, DWORD, LPVOID, DWORD, DWORD*, OVERLAPPED*) {
    return notImplemented();
}
inline HANDLE CreateNamedPipeW(LPCWSTR, DWORD, DWORD, DWORD, DWORD, DWORD, DWORD, SECURITY_ATTRIBUTES*) {
    return notImplemented(), INVALID_HANDLE_VALUE;
}
inline BOOL ConnectNamedPipe(HANDLE, OVERLAPPED*) { return notImplemented(); }
inline BOOL WaitNamedPipeW(LPCWSTR, DWORD) { return notImplemented(); }
inline BOOL SetNamedPipeHandleState(HANDLE, DWORD*, DWORD*, DWORD*) { return notImplemented(); }
inline BOOL TransactNamedPipe(HANDLE, LPVOID, DWORD, LPVOID, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }
inline BOOL PeekNamedPipe(HANDLE, LPVOID, DWORD, DWORD*, DWORD*, DWORD*) { return notImplemented(); }
inline BOOL DisconnectNamedPipe(HANDLE) { return notImplemented(); }
inline BOOL GetNamedPipeInfo(HANDLE, DWORD*, DWORD*, DWORD*, DWORD*) { return notImplemented(); }
inline BOOL GetNamedPipeClientSessionId(HANDLE, ULONG*) { return notImplemented(); }
inline BOOL GetNamedPipeServerSessionId(HANDLE, ULONG*) { return notImplemented(); }
inline HANDLE CreateMailslotW(LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES*) {
    return notImplemented(), INVALID_HANDLE_VALUE;
}
inline BOOL GetMailslotInfo(HANDLE, DWORD*, DWORD*, DWORD*, DWORD*) { return notImplemented(); }
inline HANDLE CreateEventW(SECURITY_ATTRIBUTES*, BOOL, BOOL, LPCWSTR) { return notImplemented(), nullptr; }
inline DWORD WaitForSingleObject(HANDLE, DWORD) { return notImplemented(), WAIT_FAILED; }
struct DCB;
struct COMMTIMEOUTS;
inline BOOL GetCommState(HANDLE, DCB*) { return notImplemented(); }
inline BOOL SetCommState(HANDLE, DCB*) { return notImplemented(); }
inline BOOL SetCommTimeouts(HANDLE, COMMTIMEOUTS*) { return notImplemented(); }
inline BOOL SetCommMask(HANDLE, DWORD) { return notImplemented(); }
inline BOOL WaitCommEvent(HANDLE, DWORD*, OVERLAPPED*) { return notImplemented(); }
inline BOOL EscapeCommFunction(HANDLE, DWORD) { return notImplemented(); }
inline BOOL GetCommModemStatus(HANDLE, DWORD*) { return notImplemented(); }
inline BOOL PurgeComm(HANDLE, DWORD) { return notImplemented(); }
struct INPUT_RECORD;
inline BOOL ReadDirectoryChangesW(HANDLE, LPVOID, DWORD, BOOL, DWORD, DWORD*, OVERLAPPED*,
                                  void (*)(DWORD, DWORD, OVERLAPPED*)) {
    return notImplemented();
}
struct STARTUPINFOW;
struct PROCESS_INFORMATION;
inline BOOL CreateProcessW(LPCWSTR, wchar_t*, SECURITY_ATTRIBUTES*, SECURITY_ATTRIBUTES*, BOOL, DWORD, LPVOID, LPCWSTR,
                           STARTUPINFOW*, PROCESS_INFORMATION*) {
    return notImplemented();
}
inline DWORD ResumeThread(HANDLE) { return notImplemented(), ~DWORD{0}; }
inline BOOL TerminateProcess(HANDLE, DWORD) { return notImplemented(); }
inline BOOL GetExitCodeProcess(HANDLE, DWORD*) { return notImplemented(); }
enum JOBOBJECTINFOCLASS : int {};
inline HANDLE CreateJobObjectW(SECURITY_ATTRIBUTES*, LPCWSTR) { return notImplemented(), nullptr; }
inline BOOL SetInformationJobObject(HANDLE, JOBOBJECTINFOCLASS, LPVOID, DWORD) { return notImplemented(); }
inline BOOL AssignProcessToJobObject(HANDLE, HANDLE) { return notImplemented(); }
inline BOOL TerminateJobObject(HANDLE, DWORD) { return notImplemented(); }
