#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/port/Drain.h"
#include "engine/port/PortSnapshot.h"
#include "win32/Result.h"

namespace iocp4j {

// The drains of one port, which workers and pollers borrow. A drain exists as long as the port, so that its counters
// stay.
class DrainPool {
public:
    // Each drain takes up to `room` packets at a time.
    DrainPool(DrainPort& port, std::uint32_t room) noexcept : port_(port), room_(room) {}
    DrainPool(const DrainPool&) = delete;
    DrainPool& operator=(const DrainPool&) = delete;

    // Returns kDeviceLimit when too many are lent.
    win32::Result<Drain*> lend() noexcept;
    void giveBack(Drain& drain) noexcept;

    // Adds the figures of the drains, in the order of their creation. May throw std::bad_alloc.
    void addTo(PortSnapshot& snapshot);

private:
    static constexpr std::size_t kMost = 1024;

    DrainPort& port_;
    const std::uint32_t room_;
    std::mutex mutex_;  // guards the rest
    std::vector<std::unique_ptr<Drain>> drains_;
    std::vector<Drain*> idle_;  // not lent
};

}  // namespace iocp4j
