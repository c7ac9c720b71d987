#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/port/Device.h"
#include "engine/port/PortSnapshot.h"

namespace iocp4j {

// The devices of one port, and the totals of those that have ended.
class DeviceList {
public:
    // Returns kPortClosed after close().
    win32::ErrorCode add(Device& device) noexcept;

    // Called when a device ends.
    void remove(const Device& device) noexcept;

    // After this no device can be added. Returns the keys of all devices in the list, or nothing if it is already
    // closed. May throw std::bad_alloc, which leaves the list open.
    std::optional<std::vector<Device::Key>> close();

    // Adds the figures of the devices. May throw std::bad_alloc.
    void addTo(PortSnapshot& snapshot);

private:
    std::mutex mutex_;  // guards the rest
    bool closed_ = false;
    std::unordered_map<Device::Key, Device*> devices_;
    std::uint64_t endedAccepted_ = 0;
    std::uint64_t endedCompleted_ = 0;
    std::uint64_t endedCompletedInline_ = 0;
    std::uint64_t endedBytes_ = 0;
    std::uint64_t unbalanced_ = 0;
};

}  // namespace iocp4j
