#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "engine/operation/CompletionRecord.h"

namespace iocp4j {

// Decides which packets count on a kernel that may queue a packet without writing the operation's status.
//
// A packet counts if its status is neither success nor pending, and if it can only belong to the operation that is now
// in the slot. That is uncertain for files, because the same kernel also queues packets for calls on files that have
// failed, so that a packet of an earlier operation may still come. Therefore a slot is marked for good, for files, when
// one of its operations on a file has ended without its packet.
//
// PostQueuedCompletionStatus always yields status 0, so that no packet which other code posts ends an operation here.
class UnwrittenStatuses {
public:
    explicit UnwrittenStatuses(std::uint32_t slots) : marks_((slots + kBits - 1) / kBits) {}

    // Call this when an operation in that slot, of that kind of device, has ended without its packet.
    void mark(std::uint32_t slot, DeviceKind kind) noexcept {
        if (!mayBeFile(kind)) {
            return;
        }
        std::atomic<std::uint64_t>& marks = marks_[slot / kBits];
        if ((marks.load(std::memory_order_relaxed) & bitOf(slot)) == 0) {
            marks.fetch_or(bitOf(slot), std::memory_order_relaxed);
        }
    }

    // Returns true if a packet with that NTSTATUS ends the operation in that slot, whose status is still pending.
    bool counts(std::uint32_t slot, DeviceKind kind, std::uint32_t status) const noexcept {
        const bool marked = (marks_[slot / kBits].load(std::memory_order_relaxed) & bitOf(slot)) != 0;
        return status != kSuccess && status != kPending && !(marked && mayBeFile(kind));
    }

private:
    static constexpr std::uint32_t kSuccess = 0;
    static constexpr std::uint32_t kPending = 0x103;
    static constexpr std::uint32_t kBits = 64;

    static constexpr bool mayBeFile(DeviceKind kind) noexcept {
        return kind == DeviceKind::kFile || kind == DeviceKind::kAdopted;
    }
    static constexpr std::uint64_t bitOf(std::uint32_t slot) noexcept { return std::uint64_t{1} << slot % kBits; }

    std::vector<std::atomic<std::uint64_t>> marks_;
};

}  // namespace iocp4j
