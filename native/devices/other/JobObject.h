#pragma once

#include <mutex>
#include <vector>

#include "engine/port/Device.h"
#include "win32/Result.h"

namespace iocp4j {

// A group of processes. Windows reports their ends with packets of its own on the port, which belong to no operation.
class JobObject final : public Device {
public:
    // `killOnClose`: when the last handle of the job is closed, Windows ends all its processes.
    static win32::Result<Device::Key> open(CompletionPort& port, bool killOnClose);

    JobObject(CompletionPort& port, win32::Handle job);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kJob};
        return kTraits;
    }

    // Puts a process into the job, and with it those that it will start.
    win32::ErrorCode assign(DWORD process) noexcept;

    // Ends all processes of the job with that exit code.
    win32::ErrorCode terminate(std::uint32_t exitCode) noexcept;

    // How many processes are running in the job.
    win32::Result<std::uint32_t> processes() const noexcept;

    // Completes when no process is running in the job, which may be the case already.
    Started awaitEmpty(Operation& operation) noexcept;

    bool cancel(Operation* operation) noexcept override;
    void onClosing() noexcept override;
    bool onNotification(const OVERLAPPED_ENTRY& packet) noexcept override;

private:
    bool isEmpty() const noexcept;
    void endAll(win32::ErrorCode error) noexcept;

    const win32::Handle job_;
    std::mutex mutex_;  // of what follows
    std::vector<Operation*> waiting_;
};

}  // namespace iocp4j
