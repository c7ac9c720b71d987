#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "engine/operation/Doorbell.h"
#include "engine/operation/Target.h"

namespace iocp4j {

// Devices that want to be called again after a while, because they could not have something. The threads that drain the
// port call them.
class Reminders {
public:
    using Clock = std::chrono::steady_clock;

    explicit Reminders(Doorbell& doorbell) noexcept : doorbell_(doorbell) {}
    Reminders(const Reminders&) = delete;
    Reminders& operator=(const Reminders&) = delete;

    // Has Device::onReminder() called after that time. A device that waits already is called when it was to be.
    void add(Target::Key device, std::uint32_t milliseconds) noexcept;

    // Calls the devices whose time has come.
    void callDevices() noexcept;

    // When the first of them is to be called; max() when there is none.
    Clock::time_point next() const noexcept;

private:
    struct Reminder {
        Target::Key device;
        std::int64_t due;  // milliseconds of the clock
    };

    Target::Key remove(std::int64_t now) noexcept;  // a device whose reminder is due by then; 0 for none

    static constexpr std::int64_t kNever = INT64_MAX;

    Doorbell& doorbell_;
    std::mutex mutex_;  // of what follows
    std::vector<Reminder> reminders_;
    std::atomic<std::int64_t> firstDue_{kNever};
};

}  // namespace iocp4j
