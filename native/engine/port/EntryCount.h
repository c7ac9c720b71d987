#pragma once

#include <cstdint>

namespace iocp4j {

// How many packets a worker asks for at a time. Where packets come one by one, asking for more than one only makes the
// kernel look into the empty queue once more (Wine: a request to its server, a sixth of a round trip). So after two
// that came alone a worker asks for a single one, but every fourth time for as many as it has room for: whatever piles
// up is found after three packets at most.
class EntryCount {
public:
    std::uint32_t next(std::uint32_t room) const noexcept {
        const bool looksForMore = cameAlone_ < kBelieved || cameAlone_ % kProbing == 0;
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

    std::uint32_t cameAlone_ = 0;  // one after the other; may wrap
};

}  // namespace iocp4j
