#include "devices/pipe/NamedPipe.h"

#include "engine/operation/EngineError.h"
#include "engine/operation/Operation.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

// How often a close cancels the flushes in progress. One cancel ends each that has reached the kernel; if a driver does
// not cancel, the close waits for it as for any call.
constexpr int kMostCancels = 20;

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

win32::ErrorCode NamedPipe::flush() noexcept {
    if (handle() == nullptr) {
        return ERROR_PIPE_NOT_CONNECTED;
    }
    flushes_.fetch_add(1, std::memory_order_relaxed);
    // Pairs with the fence in onClosing(): either this sees the close, or the close sees this flush.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const win32::ErrorCode error =
        closed() ? ERROR_OPERATION_ABORTED : win32::outcome(win32::calls.flushFileBuffers(handle()));
    flushes_.fetch_sub(1, std::memory_order_release);
    return error;
}

void NamedPipe::onClosing() noexcept {
    Device::onClosing();
    std::atomic_thread_fence(std::memory_order_seq_cst);
    // A flush that began before the close may reach the kernel only after the cancel.
    for (int i = 0; i < kMostCancels && flushes_.load(std::memory_order_acquire) > 0; ++i) {
        ::Sleep(1);
        cancel(nullptr);
    }
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
