#include "engine/port/Reminders.h"

#include <algorithm>
#include <new>

#include "engine/port/Device.h"

namespace iocp4j {

namespace {

std::int64_t nowMilliseconds() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Reminders::Clock::now().time_since_epoch()).count();
}

}  // namespace

void Reminders::add(Target::Key device, std::uint32_t milliseconds) noexcept {
    const std::int64_t due = nowMilliseconds() + milliseconds;
    {
        const std::lock_guard lock{mutex_};
        const auto isDevices = [&](const Reminder& reminder) { return reminder.device == device; };
        // A later request does not delay an earlier one.
        if (std::any_of(reminders_.begin(), reminders_.end(), isDevices)) {
            return;
        }
        try {
            reminders_.push_back({device, due});
        } catch (const std::bad_alloc&) {
            // Dropped: without memory for one entry there is no better way, and the device tries again at its next
            // event. An extra reminder would be harmless, because onReminder() must expect to find nothing to do.
            return;
        }
        if (due >= firstDue_.load(std::memory_order_relaxed)) {
            return;
        }
        firstDue_.store(due, std::memory_order_relaxed);
    }
    doorbell_.ring();
}

void Reminders::callDevices() noexcept {
    if (firstDue_.load(std::memory_order_relaxed) == kNever) {
        return;
    }
    // Read the clock once. Reminders that become due during the calls come later, because packets are waiting.
    const std::int64_t now = nowMilliseconds();
    if (firstDue_.load(std::memory_order_relaxed) > now) {
        return;
    }
    while (const Target::Key key = remove(now)) {
        if (const Share<Device> device{key}) {
            device->onReminder();
        }
    }
}

Target::Key Reminders::remove(std::int64_t now) noexcept {
    const auto isEarlier = [](const Reminder& one, const Reminder& other) { return one.due < other.due; };
    const std::lock_guard lock{mutex_};
    auto first = std::min_element(reminders_.begin(), reminders_.end(), isEarlier);
    Target::Key device = 0;
    if (first != reminders_.end() && first->due <= now) {
        device = first->device;
        reminders_.erase(first);
        first = std::min_element(reminders_.begin(), reminders_.end(), isEarlier);
    }
    firstDue_.store(first == reminders_.end() ? kNever : first->due, std::memory_order_relaxed);
    return device;
}

Reminders::Clock::time_point Reminders::next() const noexcept {
    const std::int64_t due = firstDue_.load(std::memory_order_relaxed);
    return due == kNever ? Clock::time_point::max() : Clock::time_point{std::chrono::milliseconds{due}};
}

}  // namespace iocp4j
