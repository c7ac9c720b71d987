#include "devices/pipe/NamedPipeClient.h"

#include <condition_variable>
#include <memory>
#include <mutex>

#include "engine/operation/Operation.h"

namespace iocp4j {

namespace {

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

// Makes one attempt. Fails with ERROR_INVALID_NAME if the name does not lead to a pipe.
win32::Result<win32::Handle> openPipe(const NamedPipeClientSettings& settings) noexcept {
    win32::Handle pipe{win32::calls.createFile(settings.name.c_str(), accessFor(settings), 0, nullptr, OPEN_EXISTING,
                                               flagsFor(settings), nullptr)};
    if (!pipe) {
        return win32::Result<win32::Handle>::failure(::GetLastError());
    }
    if (!isPipe(settings.name, pipe.get())) {
        return win32::Result<win32::Handle>::failure(ERROR_INVALID_NAME);
    }
    if (settings.readMessages) {
        DWORD mode = PIPE_READMODE_MESSAGE;
        if (!win32::calls.setNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr)) {
            return win32::Result<win32::Handle>::failure(::GetLastError());
        }
    }
    return pipe;
}

// Lets a thread block until a connect is over.
class BlockingConnect final : public NamedPipeClient::Listener {
public:
    bool await(std::chrono::milliseconds timeout) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, timeout, [this] { return over_; });
    }
    void await() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return over_; });
    }

    // After the end.
    win32::ErrorCode error() const noexcept { return error_; }
    win32::ErrorCode last() const noexcept { return last_; }

private:
    void onConnected(win32::ErrorCode error, win32::ErrorCode last) noexcept override {
        const std::lock_guard lock{mutex_};
        error_ = error;
        last_ = last;
        over_ = true;
        // Notify with the lock held, because the waiting thread destroys this object as soon as it wakes.
        changed_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    win32::ErrorCode error_ = ERROR_SUCCESS;
    win32::ErrorCode last_ = ERROR_SUCCESS;
};

}  // namespace

win32::Result<Device::Key> NamedPipeClient::open(CompletionPort& port, const NamedPipeClientSettings& settings) {
    return port.add(std::make_unique<NamedPipeClient>(port, settings));
}

Started NamedPipeClient::connect(Operation& operation) noexcept {
    if (begun_.exchange(true)) {
        return Started::over(ERROR_PIPE_CONNECTED);
    }
    operation_ = &operation;
    const win32::ErrorCode error = begin();
    return error == ERROR_IO_PENDING ? Started::pending() : Started::over(error);
}

win32::ErrorCode NamedPipeClient::connect(Listener& listener) noexcept {
    if (begun_.exchange(true)) {
        return ERROR_PIPE_CONNECTED;
    }
    // The wait has a share, as an operation has.
    Share<Device> self{key()};
    if (!self) {
        return code(EngineError::kDeviceClosed);
    }
    listener_ = &listener;
    const win32::ErrorCode error = begin();
    if (error == ERROR_IO_PENDING) {
        (void)self.detach();
        // The caller has a share, too. A close before the wait has begun has not found it.
        if (closed()) {
            PipeWaits::cancel(*this);
        }
    }
    return error;
}

// Makes the first attempt here, because the pipe is free as a rule.
win32::ErrorCode NamedPipeClient::begin() noexcept {
    if (!settings_.wait || !PipeWaits::isBusy(settings_.name)) {
        const Attempt first = attempt();
        if (!first.waits) {
            return first.error;
        }
    } else {
        wasBusy_ = true;
        last_.store(ERROR_PIPE_BUSY, std::memory_order_relaxed);
    }
    return PipeWaits::start(*this, settings_.name) ? win32::ErrorCode{ERROR_IO_PENDING} : ERROR_NOT_ENOUGH_MEMORY;
}

NamedPipeClient::Attempt NamedPipeClient::attempt() noexcept {
    auto pipe = openPipe(settings_);
    const win32::ErrorCode error = pipe ? use(std::move(*pipe)) : pipe.error();
    last_.store(error, std::memory_order_relaxed);
    wasBusy_ = wasBusy_ || error == ERROR_PIPE_BUSY;
    const bool mayPass =
        error == ERROR_PIPE_BUSY || (error == ERROR_FILE_NOT_FOUND && (wasBusy_ || settings_.waitForServer));
    return {error, settings_.wait && mayPass};
}

win32::ErrorCode NamedPipeClient::use(win32::Handle pipe) noexcept {
    if (closed()) {
        // The close has come during the attempt. The connection ends here.
        return ERROR_OPERATION_ABORTED;
    }
    const win32::ErrorCode error = port().giveHandle(*this, std::move(pipe));
    return error == code(EngineError::kOutOfMemory) ? win32::ErrorCode{ERROR_NOT_ENOUGH_MEMORY} : error;
}

void NamedPipeClient::onWaitEnded(win32::ErrorCode error) noexcept {
    // Keeps the port, because its last completion may end it.
    const Share<CompletionPort> port{this->port().key()};
    if (operation_ != nullptr) {
        port->operations().postCompletion(*operation_, error, 0);
        return;
    }
    // End the share first, so that the caller finds the device ended when it closes it.
    Listener& listener = *listener_;
    const win32::ErrorCode last = last_.load(std::memory_order_relaxed);
    endShare();
    listener.onConnected(error, last);
}

bool NamedPipeClient::cancel(Operation* operation) noexcept {
    if (operation == nullptr) {
        PipeWaits::cancel(*this);
        return NamedPipe::cancel(nullptr);
    }
    return operation->record.opcode == Opcode::kConnect ? PipeWaits::cancel(*this) : NamedPipe::cancel(operation);
}

bool NamedPipeClient::onCompleted(CompletionRecord& record) noexcept {
    if (record.opcode == Opcode::kConnect) {
        if (record.status == ERROR_SUCCESS) {
            record.detail = serverProcessId(*this);
        } else if (record.status == ERROR_TIMEOUT) {
            record.detail = last_.load(std::memory_order_relaxed);
        }
    }
    return true;
}

win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, NamedPipeClientSettings settings,
                                            std::chrono::milliseconds timeout) {
    using Failure = win32::Result<Device::Key>;
    settings.wait = timeout > std::chrono::milliseconds::zero();
    auto key = Failure::failure(code(EngineError::kPortClosed));
    if (const Share<CompletionPort> found{port}) {
        key = NamedPipeClient::open(*found, settings);
    }
    if (!key) {
        return key;
    }
    BlockingConnect connect;
    win32::ErrorCode error = code(EngineError::kDeviceClosed);
    if (const Share<Device> client{*key}) {
        error = static_cast<NamedPipeClient&>(*client).connect(connect);
    }
    if (error == ERROR_IO_PENDING) {
        const bool late = !connect.await(timeout);
        if (late) {
            Device::close(*key);
            connect.await();
        }
        error = late && connect.error() == ERROR_OPERATION_ABORTED ? connect.last() : connect.error();
        if (late && error == ERROR_SUCCESS) {
            error = ERROR_PIPE_BUSY;
        }
    }
    if (error == ERROR_SUCCESS) {
        return key;
    }
    Device::close(*key);
    // Only the close of the port has closed the device meanwhile.
    return Failure::failure(CompletionPort::isOpen(port) ? error : code(EngineError::kPortClosed));
}

std::uint32_t serverProcessId(const Device& client) noexcept {
    ULONG process = 0;
    return ::GetNamedPipeServerProcessId(client.handle(), &process) ? process : 0;
}

}  // namespace iocp4j
