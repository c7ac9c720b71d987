#include "engine/port/DeviceList.h"

#include <cassert>
#include <new>

#include "engine/operation/EngineError.h"

namespace iocp4j {

win32::ErrorCode DeviceList::add(Device& device) noexcept {
    const std::lock_guard lock{mutex_};
    if (closed_) {
        return code(EngineError::kPortClosed);
    }
    try {
        devices_.emplace(device.key(), &device);
    } catch (const std::bad_alloc&) {
        return code(EngineError::kOutOfMemory);
    }
    return ERROR_SUCCESS;
}

void DeviceList::remove(const Device& device) noexcept {
    assert(device.accepted() == device.completed());
    const std::lock_guard lock{mutex_};
    devices_.erase(device.key());
    endedAccepted_ += device.accepted();
    endedCompleted_ += device.completed();
    endedCompletedInline_ += device.completedInline();
    endedBytes_ += device.bytes();
    if (device.accepted() != device.completed()) {
        ++unbalanced_;
    }
}

std::optional<std::vector<Device::Key>> DeviceList::close() {
    const std::lock_guard lock{mutex_};
    if (closed_) {
        return std::nullopt;
    }
    std::vector<Device::Key> keys;
    keys.reserve(devices_.size());
    for (const auto& [key, device] : devices_) {
        keys.push_back(key);
    }
    closed_ = true;
    return keys;
}

void DeviceList::addTo(PortSnapshot& snapshot) {
    const std::lock_guard lock{mutex_};
    snapshot.accepted += endedAccepted_;
    snapshot.completed += endedCompleted_;
    snapshot.completedInline += endedCompletedInline_;
    snapshot.bytes += endedBytes_;
    snapshot.unbalancedDevices += unbalanced_;
    // Devices in the list exist, because each one is removed before it ends.
    snapshot.devices.reserve(devices_.size());
    for (const auto& [key, device] : devices_) {
        // Read accepted() last, so that it is not less than completed().
        const std::uint64_t bytes = device->bytes();
        const std::uint64_t completedInline = device->completedInline();
        const std::uint64_t completed = device->completed();
        snapshot.add({key, device->kind(), Device::table().inside(key), Device::table().closed(key), device->accepted(),
                      completed, completedInline, bytes});
    }
}

}  // namespace iocp4j
