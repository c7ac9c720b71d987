#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace iocp4j {

// Which of many things are overdue. Each thing carries its own Deadlines::Entry, so that any number of them costs no
// memory here; setting and removing a deadline takes a short lock and a few pointer moves, whatever their number.
//
// A timing wheel: time is cut in ticks, and the bucket of an entry is its tick modulo the number of buckets. A look at
// a bucket passes over entries that are due in a later turn of the wheel.
class Deadlines {
public:
    using Clock = std::chrono::steady_clock;

    // How late an entry may be found.
    static constexpr std::chrono::milliseconds kTick{10};

    class Entry {
    public:
        bool armed() const noexcept { return next_ != nullptr; }

        // Whether it has been set since it was cleared, whatever has become of it. For the entry's owner.
        bool everSet() const noexcept { return tick_ != 0; }
        void clear() noexcept { tick_ = 0; }

    private:
        friend class Deadlines;
        Entry* next_ = nullptr;  // nullptr: not in a wheel
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

    // The entry must not be in here already. True when look() must be called earlier than it has said last.
    [[nodiscard]] bool set(Entry& entry, Clock::time_point due) noexcept {
        const std::lock_guard lock{mutex_};
        // Rounded up: never early. A deadline that has passed is found at the next look.
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

    // Harmless for an entry that is not in here.
    void remove(Entry& entry) noexcept {
        const std::lock_guard lock{mutex_};
        if (entry.armed()) {
            unlink(entry);
        }
    }

    // Removes each entry that is due and shows it to `found`, under the lock: what it belongs to is still alive then.
    // Returns when to look again.
    template <class Found>
    Clock::time_point look(Clock::time_point now, Found&& found) noexcept {
        const std::lock_guard lock{mutex_};
        const std::int64_t until = tickOf(now);
        // After a long pause each bucket is looked at once, not once for every tick that has passed.
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

    // The next tick that may have something due. It may have not: its bucket may hold only entries of later turns.
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
