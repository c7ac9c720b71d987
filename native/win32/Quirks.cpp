// Every workaround for a difference between Wine and Windows depends on a flag that is set here.

#include "win32/Quirks.h"

#include <windows.h>

#include <string>

#include "win32/Calls.h"
#include "win32/Decimal.h"
#include "win32/Handle.h"
#include "win32/KernelPort.h"
#include "win32/PipeHolder.h"

namespace iocp4j::win32 {

namespace {

bool isWine() noexcept { return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr; }

// Tries a lock that disturbs no other program: far behind the end of the program's own file.
bool locksQueueNoPacket() noexcept {
    constexpr DWORD kFarHigh = 0x4000'0000;
    wchar_t program[MAX_PATH];
    const DWORD length = ::GetModuleFileNameW(nullptr, program, MAX_PATH);
    if (length == 0 || length == MAX_PATH) {
        return false;
    }
    const auto port = KernelPort::create(1);
    // Declared before the file, because closing the file ends the lock and must come first.
    OVERLAPPED operation{};
    operation.OffsetHigh = kFarHigh;
    const Handle file{calls.createFile(program, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                       nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    if (!port || !file || (*port).associate(file.get(), 0) != ERROR_SUCCESS ||
        !calls.lockFileEx(file.get(), LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &operation)) {
        return false;
    }
    // On Windows the packet is queued before LockFileEx returns.
    KernelPort::Packet packet;
    return (*port).dequeueOne(packet, 0) != KernelPort::Outcome::kPackets;
}

// Tries it with a temporary pipe. DisconnectNamedPipe fails on Wine with ERROR_PIPE_LISTENING, because the instance
// waits for clients. Windows has disconnected the instance from the start.
bool holdersTakeClients() noexcept {
    try {
        LARGE_INTEGER now{};
        ::QueryPerformanceCounter(&now);
        const std::wstring name = L"\\\\.\\pipe\\iocp4j-probe-" + decimal(::GetCurrentProcessId()) + L'-' +
                                  decimal(static_cast<std::uint64_t>(now.QuadPart));
        const Handle probe{
            createPipeWithoutAccess(name.c_str(), PIPE_ACCESS_DUPLEX, PIPE_REJECT_REMOTE_CLIENTS, 0, 0, nullptr)};
        return probe && !::DisconnectNamedPipe(probe.get()) && ::GetLastError() == ERROR_PIPE_LISTENING;
    } catch (const std::bad_alloc&) {
        return true;  // correct for all versions of Wine so far
    }
}

}  // namespace

Quirks findQuirks() noexcept {
    if (!isWine()) {
        return {};
    }
    Quirks found;
    // Wine ends the operations of a thread that ends, without writing their status. It queues packets for calls that
    // fail at the end of NUL and at offsets beyond 2^63.
    found.statusMayBeUnwritten = true;
    // Wine requests each packet from its server, and needs one more request to learn that the queue is empty.
    found.roomCostsTime = true;
    // Wine stores the value and never uses it.
    found.concurrencyIgnored = true;
    // Wine's server watches the socket, and then asks a thread of the process to receive the data.
    found.waitingReceivesCostTime = true;
    found.locksQueueNoPacket = locksQueueNoPacket();
    found.holdersTakeClients = holdersTakeClients();
    found.consoleReadIsStub = true;
    return found;
}

const Quirks& quirks() noexcept {
    static const Quirks found = findQuirks();
    return found;
}

}  // namespace iocp4j::win32
