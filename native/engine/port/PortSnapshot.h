#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/port/Device.h"
#include "engine/port/Drain.h"

namespace iocp4j {

// What a port has and has done, at one moment. Each figure is right by itself, but they are read one after another.
struct PortSnapshot {
    struct DeviceEntry {
        Device::Key key;
        DeviceKind kind;
        std::uint32_t inFlight;  // whose completions have not been seen
        bool closing;            // which is all that those in flight keep it open for
        std::uint64_t accepted;
        std::uint64_t completed;  // inline or not
        std::uint64_t completedInline;
        std::uint64_t bytes;
    };
    struct DrainEntry {
        Drain::Activity activity;
        std::uint64_t milliseconds;  // since that began
    };

    std::uint32_t concurrency = 0;
    std::uint32_t workers = 0;
    std::uint32_t batchCeiling = 0;
    std::uint32_t operationCeiling = 0;
    std::uint32_t operationsInFlight = 0;
    std::uint32_t mostInFlight = 0;
    std::optional<std::uint32_t> queued;  // packets in the kernel, where it says so
    std::array<std::uint64_t, Drain::kBatchSizes> batches{};
    std::uint64_t completions = 0;
    std::uint64_t largestBatch = 0;
    std::uint64_t foreignPackets = 0;
    std::uint64_t failedDequeues = 0;
    std::uint64_t accepted = 0;  // operations of all devices, those that have gone included
    std::uint64_t completed = 0;
    std::uint64_t completedInline = 0;
    std::uint64_t bytes = 0;
    std::uint64_t quarantined = 0;        // in flight on devices that are closing
    std::uint64_t unbalancedDevices = 0;  // which ended with accepted != completed: a defect of ours
    std::vector<std::pair<std::uint32_t, std::uint64_t>> failures;  // status, and how many completions had it
    std::vector<DrainEntry> drains;                                 // of the workers by index, or of the pollers
    std::vector<DeviceEntry> devices;

    // All batches, of whatever size.
    std::uint64_t batchCount() const noexcept;

    void add(const Drain& drain, std::uint64_t now);
    void add(const DeviceEntry& device);
};

}  // namespace iocp4j
