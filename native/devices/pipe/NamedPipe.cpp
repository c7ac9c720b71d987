#include "devices/pipe/NamedPipe.h"

#include "engine/operation/EngineError.h"
#include "engine/operation/Operation.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

// The flags include PIPE_SERVER_END and PIPE_TYPE_MESSAGE.
win32::Result<DWORD> flagsOf(HANDLE pipe) noexcept {
    DWORD flags = 0;
    if (pipe == nullptr) {
        return win32::Result<DWORD>::failure(ERROR_PIPE_NOT_CONNECTED);
    }
    if (!::GetNamedPipeInfo(pipe, &flags, nullptr, nullptr, nullptr)) {
        return win32::Result<DWORD>::failure(::GetLastError());
    }
    return flags;
}

}  // namespace

Started NamedPipe::transact(Operation& operation, const void* request, std::uint32_t requestLength, void* answer,
                            std::uint32_t answerLength) noexcept {
    return start(operation, [&] {
        return Started::from(win32::calls.transactNamedPipe(handle(), const_cast<void*>(request), requestLength, answer,
                                                            answerLength, nullptr, &operation));
    });
}

win32::Result<NamedPipe::Contents> NamedPipe::peek() const noexcept {
    DWORD available = 0;
    DWORD left = 0;
    if (handle() == nullptr) {
        return win32::Result<Contents>::failure(ERROR_PIPE_NOT_CONNECTED);
    }
    if (!win32::calls.peekNamedPipe(handle(), nullptr, 0, nullptr, &available, &left)) {
        return win32::Result<Contents>::failure(::GetLastError());
    }
    return Contents{available, left};
}

win32::ErrorCode NamedPipe::flush() const noexcept {
    return handle() == nullptr ? ERROR_PIPE_NOT_CONNECTED : win32::outcome(win32::calls.flushFileBuffers(handle()));
}

win32::ErrorCode NamedPipe::disconnect() noexcept {
    if (handle() == nullptr) {
        return code(EngineError::kWrongDevice);
    }
    const auto flags = flagsOf(handle());
    if (flags && (*flags & PIPE_SERVER_END) == 0) {
        return code(EngineError::kWrongDevice);
    }
    const win32::ErrorCode error = win32::outcome(win32::calls.disconnectNamedPipe(handle()));
    if (error == ERROR_INVALID_FUNCTION) {
        // DisconnectNamedPipe returns this for a client's end, if GetNamedPipeInfo has failed above.
        return code(EngineError::kWrongDevice);
    }
    if (error == ERROR_SUCCESS) {
        Device::close(key());
    }
    return error;
}

bool NamedPipe::keepsMessages() const noexcept {
    const auto flags = flagsOf(handle());
    return flags && (*flags & PIPE_TYPE_MESSAGE) != 0;
}

win32::Result<std::uint32_t> NamedPipe::peerSession() const noexcept {
    const auto flags = flagsOf(handle());
    if (!flags) {
        return win32::Result<std::uint32_t>::failure(flags.error());
    }
    ULONG session = 0;
    const BOOL known = (*flags & PIPE_SERVER_END) != 0 ? ::GetNamedPipeClientSessionId(handle(), &session)
                                                       : ::GetNamedPipeServerSessionId(handle(), &session);
    if (!known) {
        return win32::Result<std::uint32_t>::failure(::GetLastError());
    }
    return std::uint32_t{session};
}

}  // namespace iocp4j
