#include "devices/file/DirectoryWatch.h"

#include <utility>

#include "engine/port/CompletionPort.h"

namespace iocp4j {

namespace {

// In an operation's detail: the buffer was filled earlier and has waited for the listener.
constexpr std::uint32_t kWaited = 0x8000'0000;

// Failures after which the same handle can succeed again. Windows keeps recording changes for the handle.
bool isTransient(win32::ErrorCode status) noexcept {
    // Not an abort by the library, which cancels only when it closes the device.
    return win32::isShortage(status) || status == ERROR_OPERATION_ABORTED;
}

bool reportsChanges(win32::ErrorCode status) noexcept {
    return status == ERROR_SUCCESS || status == ERROR_NOTIFY_ENUM_DIR;
}

bool isFinal(win32::ErrorCode status) noexcept { return !reportsChanges(status) && !isTransient(status); }

win32::Result<win32::Handle> openDirectory(const std::wstring& path) noexcept {
    // Other processes may rename and delete the directory and its contents.
    win32::Handle directory{win32::calls.createFile(
        path.c_str(), FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
        OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr)};
    BY_HANDLE_FILE_INFORMATION information{};
    if (!directory || !::GetFileInformationByHandle(directory.get(), &information)) {
        return win32::Result<win32::Handle>::failure(::GetLastError());
    }
    // CreateFile also opens a file with these rights and flags.
    if ((information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        return win32::Result<win32::Handle>::failure(ERROR_DIRECTORY);
    }
    return directory;
}

}  // namespace

DirectoryWatch::DirectoryWatch(CompletionPort& port, const DirectoryWatchSettings& settings,
                               DirectoryWatchBuffers buffers, win32::Handle directory)
    : Device(port, settings.path, std::move(directory)),
      settings_(settings),
      buffers_(std::move(buffers)),
      outcomes_(buffers_.parts.size()) {}

win32::Result<Device::Key> DirectoryWatch::open(CompletionPort& port, const DirectoryWatchSettings& settings,
                                                DirectoryWatchBuffers buffers) {
    auto directory = openDirectory(settings.path);
    if (!directory) {
        return win32::Result<Device::Key>::failure(directory.error());
    }
    return port.add(std::make_unique<DirectoryWatch>(port, settings, std::move(buffers), std::move(*directory)));
}

win32::ErrorCode DirectoryWatch::start() noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (phase_ != Phase::kNew) {
            return ERROR_SUCCESS;
        }
        phase_ = Phase::kStarting;
    }
    const win32::ErrorCode refused = arm();
    const std::lock_guard lock{mutex_};
    if (phase_ == Phase::kStarting) {
        phase_ = Phase::kWatching;
    }
    return refused != ERROR_SUCCESS ? refused : startFailure_;
}

// Starts the next call, unless one is in flight or no buffer is free.
win32::ErrorCode DirectoryWatch::arm() noexcept {
    std::size_t buffer = 0;
    {
        const std::lock_guard lock{mutex_};
        const bool watching = phase_ == Phase::kStarting || phase_ == Phase::kWatching;
        if (!watching || armed_ || paused_ || filled_ - returned_ == outcomes_.size()) {
            return ERROR_SUCCESS;
        }
        armed_ = true;
        buffer = static_cast<std::size_t>(filled_ % outcomes_.size());
    }
    Share<Device> self{key()};
    if (!self) {
        return code(EngineError::kDeviceClosed);
    }
    const auto begun =
        port().operations().submit(std::move(self), Opcode::kChange, settings_.token, Pins{}, Operations::kForEver,
                                   [&](Operation& operation) { return begin(operation, buffer); });
    if (!begun) {
        {
            const std::lock_guard lock{mutex_};
            armed_ = false;
        }
        port().remind(key(), backoff_.delay());
    }
    return begun.error();
}

Started DirectoryWatch::begin(Operation& operation, std::size_t buffer) noexcept {
    operation.record.detail = static_cast<std::uint32_t>(buffer);
    const std::span<std::byte> memory = buffers_.parts[buffer];
    const Started started = Device::start(operation, [&] {
        const BOOL begun =
            win32::calls.readDirectoryChanges(handle(), memory.data(), static_cast<DWORD>(memory.size()),
                                              settings_.recursive, settings_.filter, nullptr, &operation, nullptr);
        // A nonzero result only means that the call has started, even if changes are already recorded.
        return begun ? Started::pending() : Started::from(begun);
    });
    if (started.packet == Started::Packet::kNone && !reportsChanges(started.status)) {
        const std::lock_guard lock{mutex_};
        if (phase_ == Phase::kStarting) {
            phase_ = Phase::kOver;
            startFailure_ = started.status;
        }
    }
    return started;
}

bool DirectoryWatch::onCompleted(CompletionRecord& record) noexcept {
    if (record.opcode != Opcode::kChange) {
        return true;
    }
    bool delivers = true;
    if ((record.detail & kWaited) != 0) {
        record.detail &= ~kWaited;
    } else {
        delivers = enqueue(record);
        if (!delivers) {
            deliverNext();
        }
    }
    arm();
    if (delivers && isFinal(record.status)) {
        // Close the handle, so that a directory that is being deleted can disappear.
        Device::close(key());
    }
    return delivers;
}

// The call in flight is over. Returns true if its record can be delivered at once.
bool DirectoryWatch::enqueue(CompletionRecord& record) noexcept {
    if (record.status == ERROR_SUCCESS && record.bytes == 0) {
        // The documented result of ReadDirectoryChangesW when the changes did not fit into the buffer.
        record.status = ERROR_NOTIFY_ENUM_DIR;
    }
    bool delivers = false;
    bool pause = false;
    {
        const std::lock_guard lock{mutex_};
        armed_ = false;
        // No record for a closed watch, or for a failure that start() returns.
        if (phase_ == Phase::kOver || (!reportsChanges(record.status) && table().closed(key()))) {
            phase_ = Phase::kOver;
            return false;
        }
        pause = isTransient(record.status);
        paused_ = pause;
        phase_ = isFinal(record.status) ? Phase::kOver : Phase::kWatching;
        if (!pause) {
            backoff_.succeeded();
        }
        // A series of failures is reported once.
        if (!std::exchange(failing_, pause) || !pause) {
            outcomes_[static_cast<std::size_t>(filled_ % outcomes_.size())] = {record.status, record.bytes};
            delivers = filled_++ == returned_;
            delivering_ = delivering_ || delivers;
        }
    }
    if (pause) {
        port().remind(key(), backoff_.delay());
    }
    return delivers;
}

// Delivers the oldest filled buffer, unless the listener still has one.
void DirectoryWatch::deliverNext() noexcept {
    std::size_t buffer = 0;
    {
        const std::lock_guard lock{mutex_};
        if (delivering_ || filled_ == returned_) {
            return;
        }
        delivering_ = true;
        buffer = static_cast<std::size_t>(returned_ % outcomes_.size());
    }
    Share<Device> self{key()};
    if (!self) {
        return;
    }
    // No other thread uses this outcome until the listener has returned from it.
    const Outcome outcome = outcomes_[buffer];
    const win32::ErrorCode refusal = port().operations().report(std::move(self), Opcode::kChange, settings_.token,
                                                                static_cast<std::uint32_t>(buffer) | kWaited,
                                                                Started::over(outcome.status, outcome.bytes));
    if (refusal != ERROR_SUCCESS) {
        {
            const std::lock_guard lock{mutex_};
            delivering_ = false;
        }
        port().remind(key(), backoff_.delay());
    }
}

void DirectoryWatch::onDelivered() noexcept {
    {
        const std::lock_guard lock{mutex_};
        ++returned_;
        delivering_ = false;
    }
    // Deliver first, because recorded changes have priority over new ones when operations are scarce.
    deliverNext();
    arm();
}

void DirectoryWatch::onReminder() noexcept {
    {
        const std::lock_guard lock{mutex_};
        paused_ = false;
    }
    backoff_.waited();
    deliverNext();
    arm();
}

}  // namespace iocp4j
