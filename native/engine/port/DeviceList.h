#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/port/Device.h"
#include "engine/port/PortSnapshot.h"

namespace iocp4j {

// The devices of one port, and what those have done that have ended.
class DeviceList {
public:
    // kPortClosed after close().
    win32::ErrorCode add(Device& device) noexcept;

    // A device ends.
    void remove(const Device& device) noexcept;

    // Takes no further device. The keys of those that are in the list, or nothing where it was closed before. May throw
    // std::bad_alloc, and is as before then.
    std::optional<std::vector<Device::Key>> close();

    // Adds the devices' figures. May throw std::bad_alloc.
    void addTo(PortSnapshot& snapshot);

private:
    std::mutex mutex_;  // of what follows
    bool closed_ = false;
    std::unordered_map<Device::Key, Device*> devices_;
    std::uint64_t endedAccepted_ = 0;
    std::uint64_t endedCompleted_ = 0;
    std::uint64_t endedCompletedInline_ = 0;
    std::uint64_t endedBytes_ = 0;
    std::uint64_t unbalanced_ = 0;
};

}  // namespace iocp4j
