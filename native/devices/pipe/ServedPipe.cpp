#include "devices/pipe/ServedPipe.h"

#include "engine/operation/Operation.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

// Returns true if a server with that name exists. FILE_FLAG_FIRST_PIPE_INSTANCE refuses a second server, too, but this
// query distinguishes a taken name from a missing permission on all systems.
bool isServed(const std::wstring& name) noexcept {
    constexpr DWORD kShortestWait = 1;
    return win32::calls.waitNamedPipe(name.c_str(), kShortestWait) || ::GetLastError() == ERROR_SEM_TIMEOUT;
}

win32::PipeShape shapeOf(const NamedPipeServerSettings& settings) {
    DWORD mode = PIPE_WAIT;
    mode |= settings.messages ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;
    mode |= settings.acceptRemote ? PIPE_ACCEPT_REMOTE_CLIENTS : PIPE_REJECT_REMOTE_CLIENTS;
    return {settings.name, static_cast<DWORD>(settings.direction) | FILE_FLAG_OVERLAPPED, mode, settings.outBuffer,
            settings.inBuffer};
}

}  // namespace

win32::Result<ServedPipe> ServedPipe::create(const NamedPipeServerSettings& settings) {
    auto security = win32::SecurityDescriptor::of(settings.sddl);
    if (!security) {
        return win32::Result<ServedPipe>::failure(security.error());
    }
    if (isServed(settings.name)) {
        return win32::Result<ServedPipe>::failure(ERROR_ACCESS_DENIED);
    }
    win32::PipeShape shape = shapeOf(settings);
    SECURITY_ATTRIBUTES attributes = security->attributes();
    auto pipe = win32::createPipe(shape, attributes);
    if (!pipe) {
        return win32::Result<ServedPipe>::failure(pipe.error());
    }
    return ServedPipe{std::move(shape), std::move(*security), std::move(*pipe)};
}

Started connectInstance(HANDLE instance, Operation& operation) noexcept {
    const Started started = Started::from(win32::calls.connectNamedPipe(instance, &operation));
    // A client has connected before the call. If it has already gone (ERROR_NO_DATA), its data can still be read.
    const bool connected = started.status == ERROR_PIPE_CONNECTED || started.status == ERROR_NO_DATA;
    return connected ? Started::over(ERROR_SUCCESS) : started;
}

std::uint32_t clientProcessId(HANDLE instance) noexcept {
    ULONG process = 0;
    return ::GetNamedPipeClientProcessId(instance, &process) ? process : 0;
}

}  // namespace iocp4j
