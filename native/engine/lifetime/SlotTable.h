#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <new>

#include "engine/lifetime/Gate.h"

namespace iocp4j {

// Objects by keys that other code may keep and forge: a key is | generation 31 | kind 8 | slot 24 |, is checked at
// every use, and is never given out twice. A thread that enters a key may use the object until it leaves.
//
// Finding an object takes one compare-and-swap and no lock: slots lie in chunks that are made when first needed and
// stay for ever. Opening and disposing are rare, and take a mutex.
template <class T>
class SlotTable {
public:
    using Key = std::uint64_t;
    using Clock = std::chrono::steady_clock;

    // Tables of different kinds know nothing of each other's keys. Of each slot's generations the first `used` are
    // gone, for a test that cannot wait until they are.
    explicit SlotTable(std::uint8_t kind = 0, std::uint32_t used = 0) noexcept
        : kind_(std::uint32_t{kind} << kKindShift), used_(used) {}

    // Stores the object's key, and only then lets users in. False when the table is full.
    [[nodiscard]] bool open(T* object, Key& key) noexcept {
        const std::lock_guard lock{mutex_};
        if (firstFree_ == kNone && !grow()) {
            return false;
        }
        const std::uint32_t index = firstFree_;
        Slot& slot = *find(index);
        firstFree_ = slot.nextFree;
        ++slot.generation;
        slot.object = object;
        key = (static_cast<Key>(slot.generation) << 32) | kind_ | index;
        slot.gate.open(slot.generation);
        return true;
    }

    // The object, which stays until leave(); nullptr when the key is stale, closed or never was one.
    T* enter(Key key) noexcept {
        Slot* slot = slotOf(key);
        return slot != nullptr && slot->gate.enter(generationOf(key)) ? slot->object : nullptr;
    }

    // One more leave() to come. For a user that is inside.
    void share(Key key) noexcept { slotOf(key)->gate.share(); }

    // True for the last leave() after close(), whose caller must see to the end of the object and call dispose().
    [[nodiscard]] bool leave(Key key) noexcept { return slotOf(key)->gate.leave(); }

    // Lets no user enter any more. kEmpty obliges the caller as the last leave() does.
    Gate::Closing close(Key key) noexcept {
        Slot* slot = slotOf(key);
        return slot != nullptr ? slot->gate.close(generationOf(key)) : Gate::Closing::kRefused;
    }

    // For a key whose object the caller keeps alive.
    bool closed(Key key) noexcept { return slotOf(key)->gate.closed(); }
    std::uint32_t inside(Key key) noexcept { return slotOf(key)->gate.inside(); }

    // Frees the slot after its object's end. The key is dead from here on.
    void dispose(Key key) {
        {
            const std::lock_guard lock{mutex_};
            const std::uint32_t index = indexOf(key);
            Slot& slot = *find(index);
            slot.disposed = slot.generation;
            // A slot that has used up its generations is never used again: no key ever comes back.
            if (slot.generation < Gate::kLastGeneration) {
                slot.nextFree = firstFree_;
                firstFree_ = index;
            }
        }
        gone_.notify_all();
    }

    // The object has come to its end, and will be disposed of: exists() says so from here on.
    void end(Key key) noexcept {
        const std::lock_guard lock{mutex_};
        slotOf(key)->object = nullptr;
    }

    // Whether the key's object, open or closed, has not come to its end.
    bool exists(Key key) noexcept {
        const Slot* slot = slotOf(key);
        const std::lock_guard lock{mutex_};
        return slot != nullptr && slot->object != nullptr && slot->generation == generationOf(key);
    }

    // Waits until the key is dead, which one that was never given out is; false when it is still not at the deadline.
    bool awaitDisposed(Key key, Clock::time_point deadline) {
        Slot* slot = slotOf(key);
        std::unique_lock lock{mutex_};
        return slot == nullptr || generationOf(key) > slot->generation ||
               gone_.wait_until(lock, deadline, [&] { return slot->disposed >= generationOf(key); });
    }

private:
    static constexpr std::uint32_t kNone = 0xffff'ffff;
    static constexpr std::uint32_t kChunkLength = 1024;
    static constexpr std::uint32_t kChunks = 1024;
    static constexpr unsigned kKindShift = 24;
    static_assert(kChunks * kChunkLength <= 1u << kKindShift);

    // A cache line each, so that devices in use on different processors do not disturb one another.
    struct alignas(64) Slot {
        Gate gate;
        T* object = nullptr;           // fixed while the gate is open or has users, nullptr after the end
        std::uint32_t generation = 0;  // of the latest open()
        std::uint32_t disposed = 0;    // generation of the latest dispose()
        std::uint32_t nextFree = kNone;
    };
    using Chunk = std::array<Slot, kChunkLength>;

    static std::uint32_t generationOf(Key key) noexcept { return static_cast<std::uint32_t>(key >> 32); }

    // No slot at all for a key of another kind.
    std::uint32_t indexOf(Key key) const noexcept { return static_cast<std::uint32_t>(key) ^ kind_; }
    Slot* slotOf(Key key) noexcept { return find(indexOf(key)); }

    Slot* find(std::uint32_t index) noexcept {
        if (index >= kChunks * kChunkLength) {
            return nullptr;
        }
        Chunk* chunk = chunks_[index / kChunkLength].load(std::memory_order_acquire);
        return chunk != nullptr ? &(*chunk)[index % kChunkLength] : nullptr;
    }

    bool grow() noexcept {
        if (chunkCount_ == kChunks) {
            return false;
        }
        auto* chunk = new (std::nothrow) Chunk;
        if (chunk == nullptr) {
            return false;
        }
        const std::uint32_t first = chunkCount_ * kChunkLength;
        for (std::uint32_t i = 0; i < kChunkLength; ++i) {
            Slot& slot = (*chunk)[i];
            slot.generation = slot.disposed = used_;
            slot.nextFree = i + 1 < kChunkLength ? first + i + 1 : kNone;
        }
        firstFree_ = first;
        chunks_[chunkCount_++].store(chunk, std::memory_order_release);
        return true;
    }

    const std::uint32_t kind_;
    const std::uint32_t used_;
    std::array<std::atomic<Chunk*>, kChunks> chunks_{};
    std::mutex mutex_;
    std::condition_variable gone_;
    std::uint32_t chunkCount_ = 0;
    std::uint32_t firstFree_ = kNone;
};

}  // namespace iocp4j
