#include "devices/other/JobObject.h"

#include <algorithm>
#include <memory>

#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"
#include "win32/JobPackets.h"

namespace iocp4j {

namespace {

using win32::calls;

bool killOnClose(HANDLE job) noexcept {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    return calls.setInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits) != FALSE;
}

}  // namespace

JobObject::JobObject(CompletionPort& port, win32::Handle job)
    : Device(port, L"job", win32::Handle{}), job_(std::move(job)) {}

win32::Result<win32::Handle> JobObject::create(bool kill) noexcept {
    win32::Handle job{calls.createJobObject(nullptr, nullptr)};
    if (!job || (kill && !killOnClose(job.get()))) {
        return win32::Result<win32::Handle>::failure(::GetLastError());
    }
    return job;
}

win32::Result<Device::Key> JobObject::open(CompletionPort& port, bool kill) {
    auto job = create(kill);
    if (!job) {
        return win32::Result<Device::Key>::failure(job.error());
    }
    const HANDLE raw = job->get();
    auto added = port.add(std::make_unique<JobObject>(port, std::move(*job)));
    // The port must have a key for the job first. No packet is lost, because no process is in the job yet.
    if (const Share<Device> device{added ? *added : 0}; device) {
        const win32::ErrorCode error = port.kernel().watch(raw, *added);
        if (error != ERROR_SUCCESS) {
            Device::close(*added);
            return win32::Result<Device::Key>::failure(error);
        }
    }
    return added;
}

win32::ErrorCode JobObject::assign(DWORD process) const noexcept {
    const win32::Handle opened{::OpenProcess(PROCESS_SET_QUOTA | PROCESS_TERMINATE, FALSE, process)};
    return opened ? assign(opened.get()) : ::GetLastError();
}

win32::ErrorCode JobObject::assign(HANDLE process) const noexcept {
    return win32::outcome(calls.assignProcessToJobObject(job_.get(), process));
}

win32::ErrorCode JobObject::terminate(std::uint32_t exitCode) noexcept {
    return win32::outcome(calls.terminateJobObject(job_.get(), exitCode));
}

win32::Result<std::uint32_t> JobObject::processes(HANDLE job) noexcept {
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting{};
    if (!::QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting, sizeof accounting,
                                     nullptr)) {
        return win32::Result<std::uint32_t>::failure(::GetLastError());
    }
    return accounting.ActiveProcesses;
}

bool JobObject::isEmpty() const noexcept {
    const auto running = processes();
    return running && *running == 0;
}

Started JobObject::awaitEmpty(Operation& operation) noexcept {
    // Held for both steps: the thread that dequeues the packet of the last process waits for the lock, and then finds
    // this operation.
    const std::lock_guard lock{mutex_};
    if (isEmpty()) {
        return Started::over(ERROR_SUCCESS);
    }
    try {
        waiting_.push_back(&operation);
    } catch (const std::bad_alloc&) {
        return Started::over(ERROR_NOT_ENOUGH_MEMORY);
    }
    return Started::pending();
}

bool JobObject::onNotification(const OVERLAPPED_ENTRY& packet) noexcept {
    // lpOverlapped is the process id; the byte count is the message.
    if (packet.dwNumberOfBytesTransferred == JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO && isEmpty()) {
        endAll(ERROR_SUCCESS);
    }
    return true;
}

bool JobObject::cancel(Operation* operation) noexcept {
    if (operation == nullptr) {
        endAll(ERROR_OPERATION_ABORTED);
        return true;
    }
    const std::lock_guard lock{mutex_};
    const auto found = std::find(waiting_.begin(), waiting_.end(), operation);
    if (found == waiting_.end()) {
        return false;
    }
    waiting_.erase(found);
    port().operations().postCompletion(*operation, ERROR_OPERATION_ABORTED, 0);
    return true;
}

void JobObject::endAll(win32::ErrorCode error) noexcept {
    const std::lock_guard lock{mutex_};
    for (Operation* operation : waiting_) {
        port().operations().postCompletion(*operation, error, 0);
    }
    waiting_.clear();
}

void JobObject::onClosing() noexcept {
    // The job may outlive the device, through other handles and its processes. Its packets must not reach the port any
    // more.
    (void)win32::postJobPackets(job_.get(), nullptr, 0);
    cancel(nullptr);
}

}  // namespace iocp4j
