// Functions of native/win32 whose own files need more of Windows than the host has.

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <windows.h>

#include <map>
#include <mutex>

#include "win32/Error.h"
#include "win32/Extensions.h"
#include "win32/HandleTraits.h"
#include "win32/JobPackets.h"
#include "win32/PacketReserve.h"
#include "win32/PipeHolder.h"
#include "win32/PipeWaitCall.h"
#include "win32/Processors.h"
#include "win32/QueuedPackets.h"
#include "win32/Quirks.h"
#include "win32/ThreadEnd.h"
#include "win32/ThreadName.h"

namespace {

std::mutex reservedMutex;
std::map<LPVOID, SIZE_T> reserved;  // munmap needs the size

}  // namespace

DWORD GetCurrentThreadId() { return static_cast<DWORD>(::gettid()); }

LPVOID VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD) {
    if (type == MEM_COMMIT) {
        return ::mprotect(address, size, PROT_READ | PROT_WRITE) == 0 ? address : nullptr;
    }
    void* range = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) {
        return nullptr;
    }
    const std::lock_guard lock{reservedMutex};
    reserved[range] = size;
    return range;
}

BOOL VirtualFree(LPVOID address, SIZE_T, DWORD) {
    const std::lock_guard lock{reservedMutex};
    const auto range = reserved.extract(address);
    return !range.empty() && ::munmap(address, range.mapped()) == 0;
}

namespace iocp4j::win32 {

ErrorCode errorOfStatus(std::uintptr_t internal) noexcept {
    switch (static_cast<std::uint32_t>(internal)) {
        case 0:
            return ERROR_SUCCESS;
        case STATUS_PENDING:
            return ERROR_IO_PENDING;
        case 0x8000'0005:
            return ERROR_MORE_DATA;
        case 0xc000'0011:
            return ERROR_HANDLE_EOF;
        case 0xc000'0120:
            return ERROR_OPERATION_ABORTED;
        case 0xc000'014b:
            return ERROR_BROKEN_PIPE;
        case 0xc007'0000 | ERROR_OPERATION_ABORTED:
            return ERROR_OPERATION_ABORTED;
        default:
            return 317;  // ERROR_MR_MID_NOT_FOUND, which Windows returns for an unknown status
    }
}

std::uint32_t statusOfError(ErrorCode error) noexcept { return error == ERROR_SUCCESS ? 0 : 0xc007'0000 | error; }

ErrorCode errorOfAssociating(HANDLE) noexcept { return ERROR_SUCCESS; }

void nameThread(const std::wstring&) noexcept {}

ErrorCode postJobPackets(HANDLE, HANDLE, std::uint64_t) noexcept { return ERROR_CALL_NOT_IMPLEMENTED; }

HANDLE WINAPI createPipeHolder(const wchar_t*, DWORD, DWORD, DWORD, DWORD, SECURITY_ATTRIBUTES*) {
    return notImplemented(), INVALID_HANDLE_VALUE;
}

BOOL WINAPI startPipeWait(HANDLE, const wchar_t*, DWORD, OVERLAPPED*) { return notImplemented(); }

bool threadEnds(DWORD id, DWORD) noexcept { return ::tgkill(::getpid(), static_cast<pid_t>(id), 0) != 0; }

std::uint32_t usableProcessors() noexcept { return std::max(std::thread::hardware_concurrency(), 1u); }

bool affinityIsRestricted() noexcept { return false; }

const Quirks& quirks() noexcept {
    static const Quirks none;
    return none;
}

HANDLE WINAPI allocatePacketReserve() { return notImplemented(), nullptr; }

BOOL WINAPI postReservedPacket(HANDLE, HANDLE, ULONG_PTR) { return notImplemented(); }

Result<std::uint32_t> queuedPackets(HANDLE) noexcept {
    return Result<std::uint32_t>::failure(ERROR_CALL_NOT_IMPLEMENTED);
}

BOOL WINAPI readConsoleInputAtOnce(HANDLE, INPUT_RECORD*, DWORD, DWORD*) { return notImplemented(); }

}  // namespace iocp4j::win32

namespace iocp4j::win32::extensions {

BOOL WINAPI acceptEx(SOCKET, SOCKET, void*, DWORD, DWORD, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }

void WINAPI getAcceptExSockaddrs(SOCKET, void*, DWORD, DWORD, DWORD, sockaddr**, int*, sockaddr**, int*) {}

BOOL WINAPI connectEx(SOCKET, const sockaddr*, int, void*, DWORD, DWORD*, OVERLAPPED*) { return notImplemented(); }

BOOL WINAPI disconnectEx(SOCKET, OVERLAPPED*, DWORD, DWORD) { return notImplemented(); }

BOOL WINAPI transmitFile(SOCKET, HANDLE, DWORD, DWORD, OVERLAPPED*, void*, DWORD) { return notImplemented(); }

}  // namespace iocp4j::win32::extensions
