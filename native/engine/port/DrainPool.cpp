#include "engine/port/DrainPool.h"

#include <new>

#include "engine/operation/EngineError.h"

namespace iocp4j {

win32::Result<Drain*> DrainPool::lend() noexcept {
    using Lent = win32::Result<Drain*>;
    const std::lock_guard lock{mutex_};
    if (!idle_.empty()) {
        Drain* drain = idle_.back();
        idle_.pop_back();
        return drain;
    }
    if (drains_.size() == kMost) {
        return Lent::failure(code(EngineError::kDeviceLimit));
    }
    try {
        // Reserve room for the drain's return first, so that giveBack() cannot fail.
        idle_.reserve(drains_.size() + 1);
        drains_.push_back(std::make_unique<Drain>(port_, room_));
        return drains_.back().get();
    } catch (const std::bad_alloc&) {
        return Lent::failure(code(EngineError::kOutOfMemory));
    }
}

void DrainPool::giveBack(Drain& drain) noexcept {
    const std::lock_guard lock{mutex_};
    idle_.push_back(&drain);
}

void DrainPool::addTo(PortSnapshot& snapshot) {
    const std::lock_guard lock{mutex_};
    for (const auto& drain : drains_) {
        snapshot.add(*drain);
    }
}

}  // namespace iocp4j
