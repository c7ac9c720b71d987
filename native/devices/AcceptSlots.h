#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <new>
#include <optional>

namespace iocp4j {

// Arms a slot of a server for an accept on demand: an idle one, or a new one. Returns its index, or nothing if memory
// is exhausted. The caller holds the server's mutex.
template <class Slot>
std::optional<std::uint32_t> armIdleSlot(std::deque<Slot>& slots) noexcept {
    const auto idle = std::find_if(slots.begin(), slots.end(), [](const Slot& slot) { return !slot.armed; });
    const auto index = static_cast<std::uint32_t>(idle - slots.begin());
    if (idle == slots.end()) {
        try {
            slots.emplace_back();
        } catch (const std::bad_alloc&) {
            return std::nullopt;
        }
    }
    slots[index].armed = true;
    return index;
}

}  // namespace iocp4j
