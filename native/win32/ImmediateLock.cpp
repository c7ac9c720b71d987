#include "win32/ImmediateLock.h"

#include "win32/Calls.h"
#include "win32/Handle.h"
#include "win32/KernelPort.h"

namespace iocp4j::win32 {

ImmediateLock probeImmediateLock() noexcept {
    // The program's own file can be read, and nobody locks a range so far behind its end.
    constexpr DWORD kFarHigh = 0x4000'0000;
    constexpr DWORD kPatience = 100;
    wchar_t program[MAX_PATH];
    const DWORD length = ::GetModuleFileNameW(nullptr, program, MAX_PATH);
    if (length == 0 || length == MAX_PATH) {
        return ImmediateLock::kQueuesPacket;
    }
    const auto port = KernelPort::create(1);
    // The operation outlives the file, whose closing ends the lock.
    OVERLAPPED operation{};
    operation.OffsetHigh = kFarHigh;
    const Handle file{calls.createFile(program, GENERIC_READ,
                                                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                                     OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    if (!port || !file || (*port).associate(file.get(), 0) != ERROR_SUCCESS ||
        !calls.lockFileEx(file.get(), LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &operation)) {
        return ImmediateLock::kQueuesPacket;
    }
    // It is there before the call returns, if at all.
    KernelPort::Packet packet;
    return (*port).dequeueOne(packet, kPatience) == KernelPort::Outcome::kPackets
               ? ImmediateLock::kQueuesPacket
               : ImmediateLock::kQueuesNone;
}

ImmediateLock immediateLock() noexcept {
    static const ImmediateLock known = probeImmediateLock();
    return known;
}

}  // namespace iocp4j::win32
