#pragma once

#include <cstdint>

namespace iocp4j {

// How many packets a worker asks for at a time: as many as it has room for, unless that costs time where packets come
// one by one. Then, after two that came alone, it asks for a single one, but every fourth time for all: a pile is found
// after three packets at most.
class EntryCount {
public:
    explicit EntryCount(bool roomCostsTime) noexcept : roomCostsTime_(roomCostsTime) {}

    std::uint32_t next(std::uint32_t room) const noexcept {
        const bool looksForMore = !roomCostsTime_ || cameAlone_ < kBelieved || cameAlone_ % kProbing == 0;
        return looksForMore ? room : 1;
    }

    // None when the wait has timed out, which says nothing.
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
    std::uint32_t cameAlone_ = 0;  // one after the other; may wrap
};

}  // namespace iocp4j
