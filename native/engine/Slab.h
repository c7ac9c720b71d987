#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>

namespace iocp4j {

// A fixed number of Ts in one block of memory that never moves. A T is made when its place is used for the first time
// and stays until the slab ends; in between it is given out and taken back, without a lock and without any allocation.
template <class T>
class Slab {
public:
    explicit Slab(std::uint32_t capacity)
        : capacity_(capacity),
          places_(static_cast<T*>(::operator new (sizeof(T) * capacity, std::align_val_t{alignof(T)}))),
          nextFree_(static_cast<Next*>(::operator new(sizeof(Next) * capacity))) {}

    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;

    ~Slab() {
        const std::uint32_t made = made_.load(std::memory_order_acquire);
        for (std::uint32_t i = 0; i < made; ++i) {
            places_.get()[i].~T();
        }
    }

    // nullptr when all are given out.
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
        // First, so that nobody ever sees more in use than there are.
        inUse_.fetch_sub(1, std::memory_order_relaxed);
        std::uint64_t head = head_.load(std::memory_order_relaxed);
        do {
            nextFree_.get()[index].store(indexOf(head), std::memory_order_relaxed);
        } while (!head_.compare_exchange_weak(head, tagged(head, index), std::memory_order_release,
                                              std::memory_order_relaxed));
    }

    // The T at that address, or nullptr when it is not the address of one that was ever given out.
    T* find(const void* address) const noexcept {
        const std::uintptr_t offset =
            reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(places_.get());
        if (offset % sizeof(T) != 0 || offset / sizeof(T) >= made_.load(std::memory_order_acquire)) {
            return nullptr;
        }
        return places_.get() + offset / sizeof(T);
    }

    T* at(std::uint32_t index) const noexcept {
        return index < made_.load(std::memory_order_acquire) ? places_.get() + index : nullptr;
    }

    std::uint32_t indexOf(const T* place) const noexcept { return static_cast<std::uint32_t>(place - places_.get()); }
    std::uint32_t capacity() const noexcept { return capacity_; }
    std::uint32_t inUse() const noexcept { return inUse_.load(std::memory_order_relaxed); }
    // The most that have been in use at the same time.
    std::uint32_t highWater() const noexcept { return made_.load(std::memory_order_relaxed); }

private:
    static constexpr std::uint32_t kNone = 0xffff'ffff;

    using Next = std::atomic<std::uint32_t>;

    struct FreePlaces {
        void operator()(T* block) const noexcept { ::operator delete (block, std::align_val_t{alignof(T)}); }
    };
    struct FreeNexts {
        void operator()(Next* block) const noexcept { ::operator delete(block); }
    };

    // The head of the free list is | tag 32 | index 32 |. The tag grows at every change, so that a pop cannot mistake a
    // head that went and came back for one that stayed.
    static std::uint32_t indexOf(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head); }
    static std::uint64_t tagged(std::uint64_t head, std::uint32_t index) noexcept {
        return (((head >> 32) + 1) << 32) | index;
    }

    T* pop() noexcept {
        std::uint64_t head = head_.load(std::memory_order_acquire);
        while (indexOf(head) != kNone) {
            const std::uint32_t next = nextFree_.get()[indexOf(head)].load(std::memory_order_relaxed);
            if (head_.compare_exchange_weak(head, tagged(head, next), std::memory_order_acquire)) {
                return places_.get() + indexOf(head);
            }
        }
        return nullptr;
    }

    T* make() noexcept {
        const std::lock_guard lock{making_};
        const std::uint32_t index = made_.load(std::memory_order_relaxed);
        if (index == capacity_) {
            // Somebody may have given one back since we looked.
            return pop();
        }
        ::new (nextFree_.get() + index) Next{kNone};
        T* place = ::new (places_.get() + index) T{};
        // Only a finished T may be found.
        made_.store(index + 1, std::memory_order_release);
        return place;
    }

    const std::uint32_t capacity_;
    // Raw memory, which costs nothing before it is used.
    const std::unique_ptr<T, FreePlaces> places_;
    const std::unique_ptr<Next, FreeNexts> nextFree_;
    alignas(64) std::atomic<std::uint64_t> head_{kNone};
    std::mutex making_;
    std::atomic<std::uint32_t> made_{0};
    std::atomic<std::uint32_t> inUse_{0};
};

}  // namespace iocp4j
