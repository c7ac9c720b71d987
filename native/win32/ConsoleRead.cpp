#include "win32/ConsoleRead.h"

#include <algorithm>
#include <mutex>

#include "win32/Quirks.h"
#include "win32/SystemFunction.h"

namespace iocp4j::win32 {

namespace {

using ReadConsoleInputExFunction = BOOL(WINAPI*)(HANDLE, INPUT_RECORD*, DWORD, DWORD*, USHORT);

ReadConsoleInputExFunction find() noexcept {
    if (quirks().consoleReadIsStub) {
        return nullptr;
    }
    for (const wchar_t* library : {L"kernel32.dll", L"kernelbase.dll"}) {
        if (const auto function = systemFunction<ReadConsoleInputExFunction>(library, "ReadConsoleInputExW")) {
            return function;
        }
    }
    return nullptr;
}

// Only a reader outside this library can read between the two calls.
BOOL countAndRead(HANDLE console, INPUT_RECORD* records, DWORD room, DWORD* count) noexcept {
    static std::mutex reading;
    const std::lock_guard lock{reading};
    *count = 0;
    DWORD there = 0;
    if (!::GetNumberOfConsoleInputEvents(console, &there)) {
        return FALSE;
    }
    return there == 0 || ::ReadConsoleInputW(console, records, std::min(there, room), count);
}

}  // namespace

BOOL WINAPI readConsoleInputAtOnce(HANDLE console, INPUT_RECORD* records, DWORD room, DWORD* count) {
    // Looked up at run time, because no import library and no header contains it.
    static const auto readConsoleInputEx = find();
    constexpr USHORT kNoWait = 2;
    return readConsoleInputEx != nullptr ? readConsoleInputEx(console, records, room, count, kNoWait)
                                         : countAndRead(console, records, room, count);
}

}  // namespace iocp4j::win32
