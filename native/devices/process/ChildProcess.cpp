#include "devices/process/ChildProcess.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "devices/other/JobObject.h"
#include "devices/pipe/ChildPipe.h"
#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"
#include "win32/Decimal.h"
#include "win32/HandleCopy.h"

namespace iocp4j {

namespace {

using win32::calls;
using Failure = win32::Result<ChildProcess::Opened>;

constexpr std::size_t kInput = 0;
constexpr std::size_t kOutput = 1;
constexpr std::size_t kError = 2;
constexpr std::array<DWORD, 3> kStandardHandles{STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

// The exit code of a process that is killed without a code of the program.
constexpr std::uint32_t kKilled = 1;

// In the record of a wait that kills the process at its deadline.
constexpr std::uint32_t kKillAtDeadline = 1;

win32::Result<win32::Handle> inheritableNull(std::size_t stream) noexcept {
    SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    // Attribute rights, because runtime libraries query the type of a standard stream.
    const DWORD access = stream == kInput ? GENERIC_READ | FILE_WRITE_ATTRIBUTES : GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    win32::Handle null{
        calls.createFile(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable, OPEN_EXISTING, 0, nullptr)};
    return null ? std::move(null) : win32::Result<win32::Handle>::failure(::GetLastError());
}

// The devices of this process for the streams of a child. Closes them, unless the child has started.
class Pipes {
public:
    Pipes() noexcept = default;
    Pipes(const Pipes&) = delete;
    Pipes& operator=(const Pipes&) = delete;
    ~Pipes() {
        for (const Device::Key key : keys_) {
            if (key != 0) {
                Device::close(key);
            }
        }
    }

    win32::ErrorCode open(CompletionPort& port, const ChildProcessSettings& settings) {
        for (std::size_t stream = 0; stream < keys_.size(); ++stream) {
            if (settings.streams[stream] != ChildStream::kPipe) {
                continue;
            }
            ChildPipeSettings pipe;
            pipe.direction = stream == kInput ? PipeDirection::kOutbound : PipeDirection::kInbound;
            pipe.inheritableChild = false;
            pipe.buffer = settings.buffer;
            const auto opened = ChildPipe::open(port, pipe);
            if (!opened) {
                return opened.error();
            }
            keys_[stream] = *opened;
        }
        return ERROR_SUCCESS;
    }

    win32::Result<win32::Handle> childEnd(std::size_t stream) const noexcept {
        const Share<Device> pipe{keys_[stream]};
        return pipe ? win32::inheritableCopyOf(static_cast<ChildPipe&>(*pipe).childEnd())
                    : win32::Result<win32::Handle>::failure(code(EngineError::kPortClosed));
    }

    // Otherwise reads do not end when the child does.
    void closeChildEnds() const noexcept {
        for (const Device::Key key : keys_) {
            if (const Share<Device> pipe{key}) {
                static_cast<ChildPipe&>(*pipe).closeChildEnd();
            }
        }
    }

    const std::array<Device::Key, 3>& keys() const noexcept { return keys_; }

    std::array<Device::Key, 3> release() noexcept { return std::exchange(keys_, {}); }

private:
    std::array<Device::Key, 3> keys_{};
};

// The standard handles of a child, as inheritable handles of this process. They are open only while the child is
// created, because any other child that this process starts meanwhile with bInheritHandles inherits them, too.
class StandardHandles {
public:
    win32::ErrorCode open(const ChildProcessSettings& settings, const Pipes& pipes) {
        for (std::size_t stream = 0; stream < handles_.size(); ++stream) {
            auto handle = openOne(settings.streams[stream], stream, pipes);
            if (!handle) {
                return handle.error();
            }
            handles_[stream] = std::move(*handle);
            if (handles_[stream]) {
                list_.push_back(handles_[stream].get());
            }
        }
        merged_ = settings.streams[kError] == ChildStream::kMerge;
        return ERROR_SUCCESS;
    }

    // nullptr if there is none.
    HANDLE of(std::size_t stream) const noexcept {
        return handles_[merged_ && stream == kError ? kOutput : stream].get();
    }

    std::vector<HANDLE>& list() noexcept { return list_; }

private:
    static win32::Result<win32::Handle> openOne(ChildStream kind, std::size_t stream, const Pipes& pipes) noexcept {
        switch (kind) {
            case ChildStream::kPipe:
                return pipes.childEnd(stream);
            case ChildStream::kInherit: {
                const HANDLE own = ::GetStdHandle(kStandardHandles[stream]);
                // A process without a console may have none.
                return own == nullptr || own == INVALID_HANDLE_VALUE ? win32::Handle{} : win32::inheritableCopyOf(own);
            }
            case ChildStream::kNull:
                return inheritableNull(stream);
            case ChildStream::kMerge:
                break;
        }
        return win32::Handle{};
    }

    std::array<win32::Handle, 3> handles_;
    std::vector<HANDLE> list_;  // without duplicates, which CreateProcess refuses
    bool merged_ = false;
};

// The attributes of CreateProcess that restrict inheritance to the handles of a list.
class InheritedHandles {
public:
    // The list must outlive this object.
    explicit InheritedHandles(std::vector<HANDLE>& handles) {
        SIZE_T size = 0;
        ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        memory_.resize(size);
        if (!::InitializeProcThreadAttributeList(raw(), 1, 0, &size)) {
            error_ = ::GetLastError();
            return;
        }
        initialized_ = true;
        if (!::UpdateProcThreadAttribute(raw(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                         handles.size() * sizeof(HANDLE), nullptr, nullptr)) {
            error_ = ::GetLastError();
        }
    }
    InheritedHandles(const InheritedHandles&) = delete;
    InheritedHandles& operator=(const InheritedHandles&) = delete;
    ~InheritedHandles() {
        if (initialized_) {
            ::DeleteProcThreadAttributeList(raw());
        }
    }

    win32::ErrorCode error() const noexcept { return error_; }
    LPPROC_THREAD_ATTRIBUTE_LIST raw() noexcept {
        return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
    }

private:
    std::vector<std::byte> memory_;
    win32::ErrorCode error_ = ERROR_SUCCESS;
    bool initialized_ = false;
};

// A process whose first thread has not run yet. Ends it, unless it was resumed.
class Suspended {
public:
    explicit Suspended(const PROCESS_INFORMATION& created) noexcept
        : process_(created.hProcess), thread_(created.hThread), id_(created.dwProcessId) {}
    Suspended(const Suspended&) = delete;
    Suspended& operator=(const Suspended&) = delete;
    ~Suspended() {
        if (thread_) {
            calls.terminateProcess(process_.get(), kKilled);
        }
    }

    HANDLE process() const noexcept { return process_.get(); }
    DWORD id() const noexcept { return id_; }

    win32::ErrorCode resume() noexcept {
        if (calls.resumeThread(thread_.get()) == static_cast<DWORD>(-1)) {
            return ::GetLastError();
        }
        thread_.reset();
        return ERROR_SUCCESS;
    }

private:
    const win32::Handle process_;
    win32::Handle thread_;
    const DWORD id_;
};

win32::Result<PROCESS_INFORMATION> create(const ChildProcessSettings& settings, StandardHandles& standard) {
    using NotCreated = win32::Result<PROCESS_INFORMATION>;
    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = standard.of(kInput);
    startup.StartupInfo.hStdOutput = standard.of(kOutput);
    startup.StartupInfo.hStdError = standard.of(kError);
    // CreateProcess refuses an empty list.
    const bool inherits = !standard.list().empty();
    std::optional<InheritedHandles> inherited;
    if (inherits) {
        inherited.emplace(standard.list());
        if (inherited->error() != ERROR_SUCCESS) {
            return NotCreated::failure(inherited->error());
        }
        startup.lpAttributeList = inherited->raw();
    }
    // A console program would otherwise open a console window.
    const DWORD window = ::GetConsoleWindow() == nullptr ? CREATE_NO_WINDOW : 0;
    std::wstring commandLine = settings.commandLine;  // CreateProcess writes to it
    std::wstring environment = settings.environment;
    environment += L'\0';  // a block ends with an empty string
    PROCESS_INFORMATION created{};
    if (!calls.createProcess(nullptr, commandLine.data(), nullptr, nullptr, inherits,
                             CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT | window,
                             settings.environment.empty() ? nullptr : environment.data(),
                             settings.folder.empty() ? nullptr : settings.folder.c_str(), &startup.StartupInfo,
                             &created)) {
        return NotCreated::failure(::GetLastError());
    }
    return created;
}

// The child is in the job of the program first, so that its own job is nested in that one.
win32::ErrorCode assign(HANDLE process, Device::Key outer, HANDLE own) noexcept {
    if (outer != 0) {
        const Share<Device> device{outer};
        const auto* job = device ? dynamic_cast<JobObject*>(&*device) : nullptr;
        if (job == nullptr) {
            return code(device ? EngineError::kWrongDevice : EngineError::kDeviceClosed);
        }
        if (const win32::ErrorCode error = job->assign(process); error != ERROR_SUCCESS) {
            return error;
        }
    }
    return win32::outcome(calls.assignProcessToJobObject(own, process));
}

}  // namespace

ChildProcess::ChildProcess(CompletionPort& port, DWORD id, win32::Handle process, win32::Handle job,
                           const std::array<Key, 3>& streams, bool killAtClose)
    : WaitableDevice(port, L"process " + win32::decimal(id), std::move(process)),
      job_(std::move(job)),
      streams_(streams),
      killAtClose_(killAtClose) {}

win32::Result<ChildProcess::Opened> ChildProcess::open(CompletionPort& port, const ChildProcessSettings& settings) {
    auto job = JobObject::create(settings.killAtClose);
    if (!job) {
        return Failure::failure(job.error());
    }
    Pipes pipes;
    if (const win32::ErrorCode error = pipes.open(port, settings); error != ERROR_SUCCESS) {
        return Failure::failure(error);
    }
    std::optional<Suspended> child;
    {
        StandardHandles standard;
        if (const win32::ErrorCode error = standard.open(settings, pipes); error != ERROR_SUCCESS) {
            return Failure::failure(error);
        }
        const auto created = create(settings, standard);
        if (!created) {
            return Failure::failure(created.error());
        }
        child.emplace(*created);
    }
    pipes.closeChildEnds();
    if (const win32::ErrorCode error = assign(child->process(), settings.job, job->get()); error != ERROR_SUCCESS) {
        return Failure::failure(error);
    }
    // Another handle, because `child` still needs its own.
    auto process = win32::copyOf(child->process());
    if (!process) {
        return Failure::failure(process.error());
    }
    // Registered before it runs, so that a port that is closing leaves no process behind.
    const auto added = port.add(std::make_unique<ChildProcess>(port, child->id(), std::move(*process), std::move(*job),
                                                               pipes.keys(), settings.killAtClose));
    if (!added) {
        return Failure::failure(added.error());
    }
    if (const win32::ErrorCode error = child->resume(); error != ERROR_SUCCESS) {
        Device::close(*added);
        return Failure::failure(error);
    }
    return Opened{*added, child->id(), pipes.release()};
}

Started ChildProcess::awaitExit(Operation& operation, bool kill) noexcept {
    operation.record.detail = kill ? kKillAtDeadline : 0;
    return wait(operation);
}

win32::ErrorCode ChildProcess::kill(std::uint32_t exitCode) const noexcept {
    return win32::outcome(calls.terminateJobObject(job_.get(), exitCode));
}

win32::Result<std::uint32_t> ChildProcess::processes() const noexcept { return JobObject::processes(job_.get()); }

bool ChildProcess::onCompleted(CompletionRecord& record) noexcept {
    const bool kills = std::exchange(record.detail, 0) == kKillAtDeadline;
    if (record.status == ERROR_SUCCESS) {
        DWORD exitCode = 0;
        record.status = win32::outcome(calls.getExitCodeProcess(object(), &exitCode));
        record.detail = exitCode;
    } else if (kills && record.status == ERROR_TIMEOUT) {
        (void)kill(kKilled);
    }
    return true;
}

void ChildProcess::onClosing() noexcept {
    if (killAtClose_) {
        (void)kill(kKilled);
    }
    for (const Key stream : streams_) {
        if (stream != 0) {
            Device::close(stream);
        }
    }
    cancel(nullptr);
}

}  // namespace iocp4j
