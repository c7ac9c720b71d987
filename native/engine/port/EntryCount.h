#pragma once

#include <cstdint>

namespace iocp4j {

// How many packets a worker requests at a time: all it has room for, unless room costs time (Quirks::roomCostsTime). In
// that case, after two packets that came alone, it requests single ones, and full room every fourth time. More than one
// queued packet is therefore found after three packets at most.
class EntryCount {
public:
    explicit EntryCount(bool roomCostsTime) noexcept : roomCostsTime_(roomCostsTime) {}

    std::uint32_t next(std::uint32_t room) const noexcept {
        const bool looksForMore = !roomCostsTime_ || cameAlone_ < kBelieved || cameAlone_ % kProbing == 0;
        return looksForMore ? room : 1;
    }

    // `packets` is 0 after a timeout, which does not count.
    void received(std::uint32_t packets) noexcept {
        if (packets > 1) {
            cameAlone_ = 0;
        } else {
            cameAlone_ += packets;
        }
    }

private:
    static constexpr std::uint32_t kBelieved = 2;
    static constexpr std::uint32_t kProbing = 4;

    const bool roomCostsTime_;
    std::uint32_t cameAlone_ = 0;  // packets in a row that came alone; may wrap
};

}  // namespace iocp4j
