#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/port/Device.h"
#include "engine/port/Drain.h"

namespace iocp4j {

// The figures of a port at one moment. Each figure is exact, but they are read one after another.
struct PortSnapshot {
    struct DeviceEntry {
        Device::Key key;
        DeviceKind kind;
        std::uint32_t inFlight;  // users of the device, most of which are operations in flight
        bool closing;            // only its users keep it open
        std::uint64_t accepted;
        std::uint64_t completed;  // inline or not
        std::uint64_t completedInline;
        std::uint64_t bytes;
    };

    std::uint32_t concurrency = 0;
    std::uint32_t workers = 0;
    std::uint32_t batchCeiling = 0;
    std::uint32_t operationCeiling = 0;
    std::uint32_t operationsInFlight = 0;
    std::uint32_t mostInFlight = 0;
    std::optional<std::uint32_t> queued;  // packets in the kernel's queue, if the kernel reports them
    std::array<std::uint64_t, Drain::kBatchSizes> batches{};
    std::uint64_t completions = 0;
    std::uint64_t largestBatch = 0;
    std::uint64_t foreignPackets = 0;
    std::uint64_t failedDequeues = 0;
    std::uint64_t accepted = 0;  // operations of all devices, including those that have ended
    std::uint64_t completed = 0;
    std::uint64_t completedInline = 0;
    std::uint64_t bytes = 0;
    std::uint64_t quarantined = 0;        // operations in flight on closing devices
    std::uint64_t unbalancedDevices = 0;  // ended with accepted != completed: a defect of the library
    std::vector<std::pair<std::uint32_t, std::uint64_t>> failures;  // status and number of completions with it
    std::vector<Drain::Current> drains;                             // one per worker, by index, or per poller
    std::vector<DeviceEntry> devices;

    void add(const Drain& drain);
    void add(const DeviceEntry& device);
};

}  // namespace iocp4j
