#include "engine/port/PortPackets.h"

namespace iocp4j {

namespace {

// Keys of devices begin at 2^32. Operations and Doorbell use other keys below that.
constexpr std::uint64_t kExitKey = 1;
constexpr std::uint64_t kWakeKey = 3;

}  // namespace

PortPackets::Kind PortPackets::kindOf(const OVERLAPPED_ENTRY& entry) noexcept {
    if (entry.lpOverlapped != nullptr) {
        return Kind::kNone;
    }
    if (entry.lpCompletionKey == kExitKey && exiting()) {
        return Kind::kExit;
    }
    if (entry.lpCompletionKey == kWakeKey && wakePending_.exchange(false)) {
        return Kind::kWake;
    }
    return doorbell_.isRing(entry) ? Kind::kRing : Kind::kNone;
}

void PortPackets::endDraining() noexcept {
    // Store before the count is read, because a thread that starts to drain later checks this flag.
    exiting_.store(true, std::memory_order_seq_cst);
    postExits(draining_.load(std::memory_order_seq_cst));
}

void PortPackets::postExits(std::uint32_t count) noexcept {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (kernel_.post(0, kExitKey, nullptr) != ERROR_SUCCESS) {
            exitsOwed_ = true;
            doorbell_.ring();
            return;
        }
    }
}

void PortPackets::wake() noexcept {
    // One packet is enough for all requests until a poll has returned.
    if (!wakePending_.exchange(true) && kernel_.post(0, kWakeKey, nullptr) != ERROR_SUCCESS) {
        wakeOwed_ = true;
        doorbell_.ring();
    }
}

bool PortPackets::collectOwedWake() noexcept {
    if (!wakeOwed_.load(std::memory_order_relaxed) || !wakeOwed_.exchange(false)) {
        return false;
    }
    wakePending_ = false;
    return true;
}

}  // namespace iocp4j
