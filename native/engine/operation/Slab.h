#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#include "win32/ReservedMemory.h"

namespace iocp4j {

// A fixed number of Ts in one range of addresses that never moves. A T is made when its place is used for the first
// time and stays until the slab ends; in between it is given out and taken back, without a lock and without any
// allocation. Memory is committed as places are made: a slab takes what has been in use at the same time, not what it
// could hold.
template <class T>
class Slab {
public:
    explicit Slab(std::uint32_t capacity)
        : capacity_(capacity),
          places_(std::size_t{capacity} * sizeof(T)),
          nextFree_(std::size_t{capacity} * sizeof(Next)) {}

    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;

    ~Slab() {
        const std::uint32_t made = made_.load(std::memory_order_acquire);
        for (std::uint32_t i = 0; i < made; ++i) {
            placeAt(i)->~T();
        }
    }

    // nullptr when all are given out, or when the system has no memory for another one.
    T* acquire() noexcept {
        T* place = pop();
        if (place == nullptr) {
            place = make();
        }
        if (place != nullptr) {
            inUse_.fetch_add(1, std::memory_order_relaxed);
        }
        return place;
    }

    void release(T* place) noexcept {
        const std::uint32_t index = indexOf(place);
        // First, so that no thread ever sees more in use than there are.
        inUse_.fetch_sub(1, std::memory_order_relaxed);
        std::uint64_t head = head_.load(std::memory_order_relaxed);
        do {
            nextAt(index)->store(indexOf(head), std::memory_order_relaxed);
        } while (!head_.compare_exchange_weak(head, tagged(head, index), std::memory_order_release,
                                              std::memory_order_relaxed));
    }

    // The T at that address, or nullptr when it is not the address of one that was ever given out.
    T* find(const void* address) const noexcept {
        const std::uintptr_t offset =
            reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(places_.data());
        if (offset % sizeof(T) != 0 || offset / sizeof(T) >= made_.load(std::memory_order_acquire)) {
            return nullptr;
        }
        return placeAt(offset / sizeof(T));
    }

    T* at(std::uint32_t index) const noexcept {
        return index < made_.load(std::memory_order_acquire) ? placeAt(index) : nullptr;
    }

    std::uint32_t indexOf(const T* place) const noexcept { return static_cast<std::uint32_t>(place - placeAt(0)); }
    std::uint32_t capacity() const noexcept { return capacity_; }
    std::uint32_t inUse() const noexcept { return inUse_.load(std::memory_order_relaxed); }
    // The most that have been in use at the same time.
    std::uint32_t highWater() const noexcept { return made_.load(std::memory_order_relaxed); }

private:
    static constexpr std::uint32_t kNone = 0xffff'ffff;

    using Next = std::atomic<std::uint32_t>;

    static_assert(alignof(T) <= win32::ReservedMemory::kStep);

    T* placeAt(std::size_t index) const noexcept { return static_cast<T*>(places_.data()) + index; }
    Next* nextAt(std::size_t index) const noexcept { return static_cast<Next*>(nextFree_.data()) + index; }

    // The head of the free list is | tag 32 | index 32 |. The tag grows at every change, so that a pop cannot mistake a
    // head that went and came back for one that stayed.
    static std::uint32_t indexOf(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head); }
    static std::uint64_t tagged(std::uint64_t head, std::uint32_t index) noexcept {
        return (((head >> 32) + 1) << 32) | index;
    }

    T* pop() noexcept {
        std::uint64_t head = head_.load(std::memory_order_acquire);
        while (indexOf(head) != kNone) {
            const std::uint32_t next = nextAt(indexOf(head))->load(std::memory_order_relaxed);
            if (head_.compare_exchange_weak(head, tagged(head, next), std::memory_order_acquire)) {
                return placeAt(indexOf(head));
            }
        }
        return nullptr;
    }

    T* make() noexcept {
        const std::lock_guard lock{making_};
        const std::uint32_t index = made_.load(std::memory_order_relaxed);
        const std::size_t count = std::size_t{index} + 1;
        if (index == capacity_ || !nextFree_.commit(count * sizeof(Next)) || !places_.commit(count * sizeof(T))) {
            // Another thread may have given one back meanwhile.
            return pop();
        }
        ::new (nextAt(index)) Next{kNone};
        T* place = ::new (placeAt(index)) T{};
        // Only a finished T may be found.
        made_.store(index + 1, std::memory_order_release);
        return place;
    }

    const std::uint32_t capacity_;
    win32::ReservedMemory places_;    // of T; the front of it is committed
    win32::ReservedMemory nextFree_;  // of Next, for the place with the same index
    alignas(64) std::atomic<std::uint64_t> head_{kNone};
    std::mutex making_;
    std::atomic<std::uint32_t> made_{0};
    std::atomic<std::uint32_t> inUse_{0};
};

}  // namespace iocp4j
