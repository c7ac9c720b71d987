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

// Finds objects by keys, which other code may keep or forge. A key is | generation 31 | kind 8 | slot 24 |. It is
// checked at every use and is never issued twice. A thread that enters a key may use the object until it leaves.
//
// enter() takes one compare-and-swap and no lock, because slots lie in chunks that are allocated on demand and never
// freed. open() and dispose() are rare and take a mutex.
template <class T>
class SlotTable {
public:
    using Key = std::uint64_t;
    using Clock = std::chrono::steady_clock;

    // A table rejects keys of another kind. The first `used` generations of each slot are skipped, so that a test can
    // reach the last one.
    explicit SlotTable(std::uint8_t kind = 0, std::uint32_t used = 0) noexcept
        : kind_(std::uint32_t{kind} << kKindShift), used_(used) {}

    // Stores the object's key before the first user can enter. Returns false when the table is full.
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

    // Returns the object, which exists until leave(). Returns nullptr for a stale, closed or forged key.
    T* enter(Key key) noexcept {
        Slot* slot = slotOf(key);
        return slot != nullptr && slot->gate.enter(generationOf(key)) ? slot->object : nullptr;
    }

    // Adds a user, which needs its own leave(). The caller must be inside.
    void share(Key key) noexcept { slotOf(key)->gate.share(); }

    // Returns true for the last leave() after close(). That caller must end the object and call dispose().
    [[nodiscard]] bool leave(Key key) noexcept { return slotOf(key)->gate.leave(); }

    // After this no user can enter. If the result is kEmpty, the caller must end the object and call dispose().
    Gate::Closing close(Key key) noexcept {
        Slot* slot = slotOf(key);
        return slot != nullptr ? slot->gate.close(generationOf(key)) : Gate::Closing::kRefused;
    }

    // The caller must keep the key's object alive.
    bool closed(Key key) noexcept { return slotOf(key)->gate.closed(); }
    std::uint32_t inside(Key key) noexcept { return slotOf(key)->gate.inside(); }

    // Frees the slot after the end of its object. The key is invalid from here on.
    void dispose(Key key) {
        {
            const std::lock_guard lock{mutex_};
            const std::uint32_t index = indexOf(key);
            Slot& slot = *find(index);
            slot.disposed = slot.generation;
            // A slot that has used up its generations is retired, so that no key is ever issued again.
            if (slot.generation < Gate::kLastGeneration) {
                slot.nextFree = firstFree_;
                firstFree_ = index;
            }
        }
        gone_.notify_all();
    }

    // Marks the object as ended, before it is disposed of. After this exists() returns false.
    void end(Key key) noexcept {
        const std::lock_guard lock{mutex_};
        slotOf(key)->object = nullptr;
    }

    // Returns true until end(), whether the gate is open or closed.
    bool exists(Key key) noexcept {
        const Slot* slot = slotOf(key);
        const std::lock_guard lock{mutex_};
        return slot != nullptr && slot->object != nullptr && slot->generation == generationOf(key);
    }

    // Waits until the key is disposed of. Returns true at once for a key that was never issued, and false at the
    // deadline.
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

    // One cache line each, so that processors which use different devices do not share a line.
    struct alignas(64) Slot {
        Gate gate;
        T* object = nullptr;           // constant while the gate is open or has users, nullptr after end()
        std::uint32_t generation = 0;  // of the latest open()
        std::uint32_t disposed = 0;    // generation of the latest dispose()
        std::uint32_t nextFree = kNone;
    };
    using Chunk = std::array<Slot, kChunkLength>;

    static std::uint32_t generationOf(Key key) noexcept { return static_cast<std::uint32_t>(key >> 32); }

    // Out of range for a key of another kind.
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
