#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "engine/operation/CompletionRecord.h"
#include "win32/ThreadEnd.h"

namespace iocp4j {

// Decides which packets count on a kernel that does not write the status of an operation whose thread has ended.
//
// A packet counts if its status is neither success nor pending, and if it can only belong to the operation that is now
// in the slot. That is uncertain where the same kernel also queues packets for calls that have failed, because a packet
// of an earlier operation may still come. Therefore a slot is marked for good when one of its operations has ended
// without its packet. In such a slot a packet counts only if the thread that has started the operation has indeed
// ended, and never for files, whose failed calls do queue packets. The packet may come while the thread is ending, so
// the end is awaited.
//
// PostQueuedCompletionStatus always yields status 0, so that no packet which other code posts ends an operation here.
class UnwrittenStatuses {
public:
    explicit UnwrittenStatuses(std::uint32_t slots) : marks_((slots + kBits - 1) / kBits) {}

    // Call this when an operation in that slot has ended without its packet.
    void mark(std::uint32_t slot) noexcept {
        std::atomic<std::uint64_t>& marks = marks_[slot / kBits];
        if ((marks.load(std::memory_order_relaxed) & bitOf(slot)) == 0) {
            marks.fetch_or(bitOf(slot), std::memory_order_relaxed);
        }
    }

    // Returns true if a packet with that NTSTATUS ends the operation in that slot, whose status is still pending.
    // `starter` is the id of the thread that has started it.
    bool counts(std::uint32_t slot, DeviceKind kind, std::uint32_t status, std::uint32_t starter) const noexcept {
        if (status == kSuccess || status == kPending) {
            return false;
        }
        const bool marked = (marks_[slot / kBits].load(std::memory_order_relaxed) & bitOf(slot)) != 0;
        return !marked || (!mayBeFile(kind) && win32::threadEnds(starter, kEndingMilliseconds));
    }

private:
    static constexpr std::uint32_t kSuccess = 0;
    static constexpr std::uint32_t kPending = 0x103;
    static constexpr std::uint32_t kBits = 64;
    // Much longer than a thread that ends needs. A packet of an earlier operation, for which this is waited in vain,
    // has not been seen on devices other than files.
    static constexpr std::uint32_t kEndingMilliseconds = 1'000;

    static constexpr bool mayBeFile(DeviceKind kind) noexcept {
        return kind == DeviceKind::kFile || kind == DeviceKind::kAdopted;
    }
    static constexpr std::uint64_t bitOf(std::uint32_t slot) noexcept { return std::uint64_t{1} << slot % kBits; }

    std::vector<std::atomic<std::uint64_t>> marks_;
};

}  // namespace iocp4j
