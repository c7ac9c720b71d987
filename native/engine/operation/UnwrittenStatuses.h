#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace iocp4j {

// For a kernel that may queue a packet whose operation's status it has not written: which of these packets count.
//
// One counts that says how its operation has ended, and is certain to be of the operation that has its place now. It is
// not certain where the same kernel also queues packets for calls that fail: a packet of an earlier operation may still
// come. So each place is marked, for good, whose operation has ended otherwise than by a packet.
//
// PostQueuedCompletionStatus only posts the status of a success, which says nothing here: nothing that other code posts
// with it ends an operation.
class UnwrittenStatuses {
public:
    explicit UnwrittenStatuses(std::uint32_t places) : marks_((places + kBits - 1) / kBits) {}

    // An operation in that place has ended without its packet.
    void mark(std::uint32_t place) noexcept {
        std::atomic<std::uint64_t>& marks = marks_[place / kBits];
        if ((marks.load(std::memory_order_relaxed) & bitOf(place)) == 0) {
            marks.fetch_or(bitOf(place), std::memory_order_relaxed);
        }
    }

    // Whether a packet with that NTSTATUS ends the operation in that place, whose own status is still pending.
    bool counts(std::uint32_t place, std::uint32_t status) const noexcept {
        return status != kSuccess && status != kPending &&
               (marks_[place / kBits].load(std::memory_order_relaxed) & bitOf(place)) == 0;
    }

private:
    static constexpr std::uint32_t kSuccess = 0;
    static constexpr std::uint32_t kPending = 0x103;
    static constexpr std::uint32_t kBits = 64;

    static constexpr std::uint64_t bitOf(std::uint32_t place) noexcept { return std::uint64_t{1} << place % kBits; }

    std::vector<std::atomic<std::uint64_t>> marks_;
};

}  // namespace iocp4j
