#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "engine/operation/Doorbell.h"
#include "engine/operation/Target.h"

namespace iocp4j {

// Reminders for devices that could not do their work, for example for lack of memory. Draining threads call the
// devices.
class Reminders {
public:
    using Clock = std::chrono::steady_clock;

    explicit Reminders(Doorbell& doorbell) noexcept : doorbell_(doorbell) {}
    Reminders(const Reminders&) = delete;
    Reminders& operator=(const Reminders&) = delete;

    // Calls Device::onReminder() after that time. If the device already has a reminder, the earlier request counts.
    void add(Target::Key device, std::uint32_t milliseconds) noexcept;

    // Calls the devices whose reminders are due.
    void callDevices() noexcept;

    // The time of the first reminder; max() if there is none.
    Clock::time_point next() const noexcept;

private:
    struct Reminder {
        Target::Key device;
        std::int64_t due;  // in milliseconds of the clock
    };

    Target::Key remove(std::int64_t now) noexcept;  // returns a device whose reminder is due, or 0

    static constexpr std::int64_t kNever = INT64_MAX;

    Doorbell& doorbell_;
    std::mutex mutex_;  // guards the rest
    std::vector<Reminder> reminders_;
    std::atomic<std::int64_t> firstDue_{kNever};
};

}  // namespace iocp4j
