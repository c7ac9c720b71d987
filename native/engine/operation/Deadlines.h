#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace iocp4j {

// Finds entries that are overdue. Each object contains its own Deadlines::Entry, so that deadlines take no further
// memory. set() and remove() hold a lock for a few pointer moves, however many entries there are.
//
// This is a hashed timing wheel: time is divided into ticks, and an entry is in the bucket of its tick modulo the
// number of buckets. look() skips entries that are due in a later turn of the wheel.
class Deadlines {
public:
    using Clock = std::chrono::steady_clock;

    // The longest delay between a deadline and the look() that finds it.
    static constexpr std::chrono::milliseconds kTick{10};

    class Entry {
    public:
        bool armed() const noexcept { return next_ != nullptr; }

        // Returns true if a deadline was set since clear(), even if the entry has left the wheel. Only the owner of the
        // entry calls this.
        bool everSet() const noexcept { return tick_ != 0; }
        void clear() noexcept { tick_ = 0; }

    private:
        friend class Deadlines;
        Entry* next_ = nullptr;  // nullptr when the entry is not in the wheel
        Entry* previous_ = nullptr;
        std::int64_t tick_ = 0;
    };

    Deadlines() noexcept {
        for (Entry& bucket : buckets_) {
            bucket.next_ = bucket.previous_ = &bucket;
        }
    }
    Deadlines(const Deadlines&) = delete;
    Deadlines& operator=(const Deadlines&) = delete;

    // The entry must not be in the wheel. Returns true when look() must be called earlier than its last result said.
    [[nodiscard]] bool set(Entry& entry, Clock::time_point due) noexcept {
        const std::lock_guard lock{mutex_};
        // Rounded up, so that no deadline is early. The next look() finds a deadline that has already passed.
        entry.tick_ = std::max(tickOf(due) + 1, lookedAt_ + 1);
        Entry& bucket = bucketOf(entry.tick_);
        entry.previous_ = bucket.previous_;
        entry.next_ = &bucket;
        bucket.previous_->next_ = &entry;
        bucket.previous_ = &entry;
        if (entry.tick_ >= nextLook_) {
            return false;
        }
        nextLook_ = entry.tick_;
        return true;
    }

    // Does nothing for an entry that is not in the wheel.
    void remove(Entry& entry) noexcept {
        const std::lock_guard lock{mutex_};
        if (entry.armed()) {
            unlink(entry);
        }
    }

    // Removes each entry that is due and passes it to `found`. The lock is held during that call, so that the entry's
    // object is still alive. Returns the time of the next look.
    template <class Found>
    Clock::time_point look(Clock::time_point now, Found&& found) noexcept {
        const std::lock_guard lock{mutex_};
        const std::int64_t until = tickOf(now);
        // After a long pause each bucket is visited once, not once for each tick that has passed.
        for (std::int64_t tick = std::max(lookedAt_ + 1, until - kBuckets + 1); tick <= until; ++tick) {
            Entry& bucket = bucketOf(tick);
            for (Entry* entry = bucket.next_; entry != &bucket;) {
                Entry& candidate = *entry;
                entry = entry->next_;
                if (candidate.tick_ <= until) {
                    unlink(candidate);
                    found(candidate);
                }
            }
        }
        lookedAt_ = std::max(lookedAt_, until);
        nextLook_ = firstOccupied();
        return nextLook_ == kNever ? Clock::time_point::max() : Clock::time_point{nextLook_ * kTick};
    }

private:
    static constexpr std::int64_t kBuckets = 512;
    static constexpr std::int64_t kNever = INT64_MAX;

    static std::int64_t tickOf(Clock::time_point time) noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()) / kTick;
    }

    Entry& bucketOf(std::int64_t tick) noexcept { return buckets_[static_cast<std::size_t>(tick % kBuckets)]; }

    void unlink(Entry& entry) noexcept {
        entry.previous_->next_ = entry.next_;
        entry.next_->previous_ = entry.previous_;
        entry.next_ = entry.previous_ = nullptr;
    }

    // The next tick with an occupied bucket. Its entries may all belong to later turns of the wheel.
    std::int64_t firstOccupied() noexcept {
        for (std::int64_t tick = lookedAt_ + 1; tick <= lookedAt_ + kBuckets; ++tick) {
            const Entry& bucket = bucketOf(tick);
            if (bucket.next_ != &bucket) {
                return tick;
            }
        }
        return kNever;
    }

    std::mutex mutex_;
    std::array<Entry, kBuckets> buckets_;
    std::int64_t lookedAt_ = 0;
    std::int64_t nextLook_ = kNever;
};

}  // namespace iocp4j
