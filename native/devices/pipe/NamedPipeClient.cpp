#include "devices/pipe/NamedPipeClient.h"

#include <algorithm>
#include <memory>
#include <thread>

namespace iocp4j {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

DWORD accessFor(const NamedPipeClientSettings& settings) noexcept {
    DWORD access = 0;
    if (settings.direction != PipeDirection::kOutbound) {
        access |= GENERIC_READ;
    }
    if (settings.direction != PipeDirection::kInbound) {
        // GENERIC_WRITE would include the right to create instances, which a secure server does not grant to clients.
        access |= FILE_GENERIC_WRITE & ~FILE_CREATE_PIPE_INSTANCE;
    } else if (settings.readMessages) {
        // SetNamedPipeHandleState requires it, and GENERIC_READ does not include it.
        access |= FILE_WRITE_ATTRIBUTES;
    }
    return access;
}

DWORD flagsFor(const NamedPipeClientSettings& settings) noexcept {
    return FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | (static_cast<DWORD>(settings.impersonation) << 16);
}
static_assert(SECURITY_DELEGATION == SecurityDelegation << 16);

// The longest time until a wait for a busy pipe notices that its port is closed.
constexpr milliseconds kLongestWait{100};
// The pause between attempts when WaitNamedPipe fails at once, because the pipe does not exist at the moment.
constexpr milliseconds kPause{10};

// A name such as "..." opens the root of the pipe file system, whose file type is also FILE_TYPE_PIPE. GetNamedPipeInfo
// succeeds for an instance only. The server of a pipe on another machine need not support the query.
bool isPipe(const std::wstring& name, HANDLE handle) noexcept {
    if (::GetFileType(handle) != FILE_TYPE_PIPE) {
        return false;
    }
    const bool local = name.starts_with(L"\\\\.\\") || name.starts_with(L"\\\\?\\");
    if (!local || ::GetNamedPipeInfo(handle, nullptr, nullptr, nullptr, nullptr)) {
        return true;
    }
    // The query also fails for an instance whose server has disconnected, or without the right to query.
    switch (::GetLastError()) {
        case ERROR_INVALID_FUNCTION:
        case ERROR_INVALID_HANDLE:
        case ERROR_INVALID_PARAMETER:
        case ERROR_NOT_SUPPORTED:
            return false;
        default:
            return true;
    }
}

void waitForInstance(const std::wstring& name, milliseconds longest) noexcept {
    const bool waited =
        win32::calls.waitNamedPipe(name.c_str(), static_cast<DWORD>(std::min(longest, kLongestWait).count())) ||
        ::GetLastError() == ERROR_SEM_TIMEOUT;
    if (!waited) {
        std::this_thread::sleep_for(std::min(longest, kPause));
    }
}

win32::Result<win32::Handle> openPipe(CompletionPort::Key port, const NamedPipeClientSettings& settings) noexcept {
    const auto deadline = steady_clock::now() + settings.timeout;
    bool wasBusy = settings.wasBusy;
    for (;;) {
        if (!CompletionPort::isOpen(port)) {
            return win32::Result<win32::Handle>::failure(code(EngineError::kPortClosed));
        }
        win32::Handle pipe{win32::calls.createFile(settings.name.c_str(), accessFor(settings), 0, nullptr,
                                                   OPEN_EXISTING, flagsFor(settings), nullptr)};
        if (pipe) {
            return isPipe(settings.name, pipe.get()) ? std::move(pipe)
                                                     : win32::Result<win32::Handle>::failure(ERROR_INVALID_NAME);
        }
        const DWORD error = ::GetLastError();
        wasBusy = wasBusy || error == ERROR_PIPE_BUSY;
        const bool mayPass = error == ERROR_PIPE_BUSY || (error == ERROR_FILE_NOT_FOUND && wasBusy);
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (!mayPass || left <= milliseconds::zero()) {
            return win32::Result<win32::Handle>::failure(error);
        }
        // Another client may take the free instance first, hence the loop.
        waitForInstance(settings.name, left);
    }
}

}  // namespace

win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, const NamedPipeClientSettings& settings) {
    auto pipe = openPipe(port, settings);
    if (!pipe) {
        return win32::Result<Device::Key>::failure(pipe.error());
    }
    if (settings.readMessages) {
        DWORD mode = PIPE_READMODE_MESSAGE;
        if (!win32::calls.setNamedPipeHandleState(pipe->get(), &mode, nullptr, nullptr)) {
            return win32::Result<Device::Key>::failure(::GetLastError());
        }
    }
    const Share<CompletionPort> found{port};
    if (!found) {
        return win32::Result<Device::Key>::failure(code(EngineError::kPortClosed));
    }
    return found->add(std::make_unique<NamedPipe>(*found, settings.name, std::move(*pipe)));
}

std::uint32_t serverProcessId(const Device& client) noexcept {
    ULONG process = 0;
    return ::GetNamedPipeServerProcessId(client.handle(), &process) ? process : 0;
}

}  // namespace iocp4j
