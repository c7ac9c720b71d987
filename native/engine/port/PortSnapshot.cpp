#include "engine/port/PortSnapshot.h"

#include <algorithm>

namespace iocp4j {

void PortSnapshot::add(const Drain& drain) {
    const Drain::Counters& counters = drain.counters();
    completions += counters.completions.load(std::memory_order_relaxed);
    largestBatch = std::max(largestBatch, counters.largestBatch.load(std::memory_order_relaxed));
    foreignPackets += counters.foreignPackets.load(std::memory_order_relaxed);
    failedDequeues += counters.failedDequeues.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < batches.size(); ++i) {
        batches[i] += counters.batches[i].load(std::memory_order_relaxed);
    }
    counters.failures.forEach([this](std::uint32_t status, std::uint64_t times) {
        const auto known = std::find_if(failures.begin(), failures.end(),
                                        [&](const auto& failure) { return failure.first == status; });
        if (known != failures.end()) {
            known->second += times;
        } else {
            failures.emplace_back(status, times);
        }
    });
    drains.push_back(drain.current());
}

void PortSnapshot::add(const DeviceEntry& device) {
    accepted += device.accepted;
    completed += device.completed;
    completedInline += device.completedInline;
    bytes += device.bytes;
    // Not device.inFlight, which also counts other users of the device.
    quarantined += device.closing ? device.accepted - device.completed : 0;
    devices.push_back(device);
}

}  // namespace iocp4j
