#pragma once

#include <mutex>
#include <vector>

#include "engine/port/Device.h"
#include "win32/Result.h"

namespace iocp4j {

// A group of processes. Windows reports their ends with packets that belong to no operation.
class JobObject final : public Device {
public:
    // If `killOnClose` is set, Windows ends all processes of the job when its last handle is closed.
    static win32::Result<Device::Key> open(CompletionPort& port, bool killOnClose);

    // A job that is not a device.
    static win32::Result<win32::Handle> create(bool killOnClose) noexcept;

    // The number of running processes in a job.
    static win32::Result<std::uint32_t> processes(HANDLE job) noexcept;

    JobObject(CompletionPort& port, win32::Handle job);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kJob};
        return kTraits;
    }

    // Adds a process to the job, together with the processes that it will start.
    win32::ErrorCode assign(DWORD process) const noexcept;
    win32::ErrorCode assign(HANDLE process) const noexcept;

    // Ends all processes of the job with that exit code.
    win32::ErrorCode terminate(std::uint32_t exitCode) noexcept;

    win32::Result<std::uint32_t> processes() const noexcept { return processes(job_.get()); }

    // Completes when no process of the job is running, possibly at once.
    Started awaitEmpty(Operation& operation) noexcept;

    bool cancel(Operation* operation) noexcept override;
    void onClosing() noexcept override;
    bool onNotification(const OVERLAPPED_ENTRY& packet) noexcept override;

private:
    bool isEmpty() const noexcept;
    void endAll(win32::ErrorCode error) noexcept;

    const win32::Handle job_;
    std::mutex mutex_;  // guards the rest
    std::vector<Operation*> waiting_;
};

}  // namespace iocp4j
