#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#include "win32/ReservedMemory.h"

namespace iocp4j {

// A fixed number of Ts in one range of addresses that never moves. A T is constructed when its slot is first used, and
// destroyed with the slab. acquire() and release() take no lock and allocate nothing, except when a new slot is needed.
// Memory is committed as slots are constructed: a slab costs as much as has been in use at the same time, not its
// capacity.
template <class T>
class Slab {
public:
    explicit Slab(std::uint32_t capacity)
        : capacity_(capacity),
          slots_(std::size_t{capacity} * sizeof(T)),
          nextFree_(std::size_t{capacity} * sizeof(Next)) {}

    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;

    ~Slab() {
        const std::uint32_t made = made_.load(std::memory_order_acquire);
        for (std::uint32_t i = 0; i < made; ++i) {
            slotAt(i)->~T();
        }
    }

    // Returns nullptr when all slots are in use, or when the system has no memory for another one.
    T* acquire() noexcept {
        T* slot = pop();
        if (slot == nullptr) {
            slot = make();
        }
        if (slot != nullptr) {
            inUse_.fetch_add(1, std::memory_order_relaxed);
        }
        return slot;
    }

    void release(T* slot) noexcept {
        const std::uint32_t index = indexOf(slot);
        // Decrement before the push, so that the count never exceeds the slots in use.
        inUse_.fetch_sub(1, std::memory_order_relaxed);
        std::uint64_t head = head_.load(std::memory_order_relaxed);
        do {
            nextAt(index)->store(indexOf(head), std::memory_order_relaxed);
        } while (!head_.compare_exchange_weak(head, tagged(head, index), std::memory_order_release,
                                              std::memory_order_relaxed));
    }

    // Returns the T at that address, or nullptr when no T has ever been there.
    T* find(const void* address) const noexcept {
        const std::uintptr_t offset =
            reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(slots_.data());
        if (offset % sizeof(T) != 0 || offset / sizeof(T) >= made_.load(std::memory_order_acquire)) {
            return nullptr;
        }
        return slotAt(offset / sizeof(T));
    }

    T* at(std::uint32_t index) const noexcept {
        return index < made_.load(std::memory_order_acquire) ? slotAt(index) : nullptr;
    }

    std::uint32_t indexOf(const T* slot) const noexcept { return static_cast<std::uint32_t>(slot - slotAt(0)); }
    std::uint32_t capacity() const noexcept { return capacity_; }
    std::uint32_t inUse() const noexcept { return inUse_.load(std::memory_order_relaxed); }
    // The highest number in use at the same time.
    std::uint32_t highWater() const noexcept { return made_.load(std::memory_order_relaxed); }

private:
    static constexpr std::uint32_t kNone = 0xffff'ffff;

    using Next = std::atomic<std::uint32_t>;

    static_assert(alignof(T) <= win32::ReservedMemory::kStep);

    T* slotAt(std::size_t index) const noexcept { return static_cast<T*>(slots_.data()) + index; }
    Next* nextAt(std::size_t index) const noexcept { return static_cast<Next*>(nextFree_.data()) + index; }

    // The head of the free list is | tag 32 | index 32 |. Every change increments the tag, which avoids the ABA
    // problem.
    static std::uint32_t indexOf(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head); }
    static std::uint64_t tagged(std::uint64_t head, std::uint32_t index) noexcept {
        return (((head >> 32) + 1) << 32) | index;
    }

    T* pop() noexcept {
        std::uint64_t head = head_.load(std::memory_order_acquire);
        while (indexOf(head) != kNone) {
            const std::uint32_t next = nextAt(indexOf(head))->load(std::memory_order_relaxed);
            if (head_.compare_exchange_weak(head, tagged(head, next), std::memory_order_acquire)) {
                return slotAt(indexOf(head));
            }
        }
        return nullptr;
    }

    T* make() noexcept {
        const std::lock_guard lock{making_};
        const std::uint32_t index = made_.load(std::memory_order_relaxed);
        const std::size_t count = std::size_t{index} + 1;
        if (index == capacity_ || !nextFree_.commit(count * sizeof(Next)) || !slots_.commit(count * sizeof(T))) {
            // Another thread may have released a slot meanwhile.
            return pop();
        }
        ::new (nextAt(index)) Next{kNone};
        T* slot = ::new (slotAt(index)) T{};
        // Published after construction, because find() and at() read this without a lock.
        made_.store(index + 1, std::memory_order_release);
        return slot;
    }

    const std::uint32_t capacity_;
    win32::ReservedMemory slots_;     // array of T, committed up to the last constructed one
    win32::ReservedMemory nextFree_;  // array of Next, one for each slot
    alignas(64) std::atomic<std::uint64_t> head_{kNone};
    std::mutex making_;
    std::atomic<std::uint32_t> made_{0};
    std::atomic<std::uint32_t> inUse_{0};
};

}  // namespace iocp4j
