#pragma once

#include <atomic>
#include <cstdint>

namespace iocp4j {

// Decides which of the parties that touch one operation finishes it.
//
// Windows may queue an operation's packet before the call that started it has returned, and one thread may cancel an
// operation while another dequeues its packet. So an operation has, besides the kernel, at most one holder:
// the thread that starts it, later perhaps a thread that cancels it. The memory of the operation is not reused while it
// is held. When the packet arrives and the operation is not held, the worker finishes it; otherwise the worker only
// leaves the result there, and the holder finishes on letting go. The second of the two finishes: exactly once.
//
// One word has it all: | generation 55 | bits 9 |. The generation grows each time an operation ends, so that an id
// from an earlier life matches nothing.
class Rendezvous {
public:
    enum class Arrival {
        kForeign,  // no packet can come now: it is not one of ours
        kAlone,    // the caller stores the result and finishes
        kHeld,     // the caller stores the result, then asks publish() who finishes
    };
    enum class Release {
        kDone,          // the packet will find its way; the operation must not be touched any more
        kCancelFirst,   // a cancel was asked for meanwhile: do so, then release again
        kTimeOutFirst,  // the same, because the operation's time is up
        kFinish,        // the packet came meanwhile: it is now selfPosted(), post it
    };
    // Why it is cancelled.
    enum class Cause {
        kCancelled,  // a caller wants it
        kTimedOut,   // its time is up
    };
    enum class Hold {
        kOver,      // another life, or its packet has arrived
        kGained,    // the caller holds it: cancel, then release
        kDelegated  // the holder will cancel on letting go
    };

    // The starting thread holds a new operation.
    void begin() noexcept { enterState(kInFlight | kHeld); }

    // An operation whose packet is posted by ourselves, so that the kernel has no part in it.
    void beginSelfPosted() noexcept { enterState(kInFlight | kSelfPosted); }

    // The call has failed, so that no packet follows: the holder claims the operation itself, stores the result, and
    // lets it selfPost(). False when a packet has come nevertheless; then that one counts, and the holder releases as
    // usual.
    [[nodiscard]] bool claimByHolder() noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        do {
            if ((word & kClaimed) != 0) {
                return false;
            }
        } while (
            !word_.compare_exchange_weak(word, word | kClaimed, std::memory_order_acq_rel, std::memory_order_relaxed));
        return true;
    }

    // From here on a packet of our own finishes it.
    void selfPost() noexcept { enterState(kInFlight | kSelfPosted); }

    [[nodiscard]] Release release() noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        for (;;) {
            std::uint64_t next;
            Release outcome;
            if ((word & kArrived) != 0) {
                next = lifeOf(word) | kInFlight | kSelfPosted | (word & kCauses);
                outcome = Release::kFinish;
            } else if ((word & kCancelWanted) != 0) {
                next = word & ~kCancelWanted;
                outcome = Release::kCancelFirst;
            } else if ((word & kTimeOutWanted) != 0) {
                next = word & ~kTimeOutWanted;
                outcome = Release::kTimeOutFirst;
            } else {
                next = word & ~kHeld;
                outcome = Release::kDone;
            }
            if (word_.compare_exchange_weak(word, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
                return outcome;
            }
        }
    }

    // Whether the life with that generation is still to be decided, so that its fields may be looked at. What is read
    // from them counts only if hold() succeeds afterwards.
    bool alive(std::uint64_t generation) const noexcept {
        const std::uint64_t word = word_.load(std::memory_order_acquire);
        return generationOf(word) == generation && (word & kInFlight) != 0;
    }

    // For a cancel, which has only the generation.
    [[nodiscard]] Hold hold(std::uint64_t generation, Cause cause = Cause::kCancelled) noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        for (;;) {
            if (generationOf(word) != generation || (word & kInFlight) == 0 || (word & (kClaimed | kSelfPosted)) != 0) {
                return Hold::kOver;
            }
            const bool held = (word & kHeld) != 0;
            const std::uint64_t wanted = cause == Cause::kTimedOut ? kTimeOutWanted : kCancelWanted;
            const std::uint64_t next = word | (held ? wanted : kHeld);
            if (word_.compare_exchange_weak(word, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
                return held ? Hold::kDelegated : Hold::kGained;
            }
        }
    }

    // Windows has found the operation that the holder asked it to cancel. The first cause counts.
    void cancelledFor(Cause cause) noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        const std::uint64_t bit = cause == Cause::kTimedOut ? kTimedOut : kCancelled;
        while ((word & kCauses) == 0 &&
               !word_.compare_exchange_weak(word, word | bit, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        }
    }

    // A packet has been dequeued, one posted by ourselves or one of the kernel's. Exactly one caller wins a packet of
    // the life with that generation.
    [[nodiscard]] Arrival arrive(bool selfPosted, std::uint64_t generation) noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        for (;;) {
            const bool expected = (word & kInFlight) != 0 && ((word & kSelfPosted) != 0) == selfPosted;
            if (!expected || generationOf(word) != generation || (word & kClaimed) != 0) {
                return Arrival::kForeign;
            }
            const bool held = (word & kHeld) != 0;
            const std::uint64_t next = word | kClaimed | (held ? 0 : kArrived);
            if (word_.compare_exchange_weak(word, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
                return held ? Arrival::kHeld : Arrival::kAlone;
            }
        }
    }

    // For who knows that it is this life's.
    [[nodiscard]] Arrival arrive(bool selfPosted) noexcept { return arrive(selfPosted, generation()); }

    // After kHeld, with the result stored. True when the holder has let go meanwhile, so that the caller finishes.
    [[nodiscard]] bool publish() noexcept { return (word_.fetch_or(kArrived, std::memory_order_acq_rel) & kHeld) == 0; }

    // The one who finishes ends this life.
    void end() noexcept {
        word_.store(lifeOf(word_.load(std::memory_order_relaxed)) + kOneLife, std::memory_order_release);
    }

    // Whether it was cancelled for that cause; for the one who finishes.
    bool wasCancelledFor(Cause cause) const noexcept {
        const std::uint64_t bit = cause == Cause::kTimedOut ? kTimedOut : kCancelled;
        return (word_.load(std::memory_order_relaxed) & bit) != 0;
    }

    bool inFlight() const noexcept { return (word_.load(std::memory_order_acquire) & kInFlight) != 0; }

    // As much of the generation as an operation's id has room for.
    std::uint64_t generation() const noexcept { return generationOf(word_.load(std::memory_order_relaxed)); }

    static constexpr unsigned kGenerationBits = 38;

private:
    static constexpr std::uint64_t kInFlight = 1;
    static constexpr std::uint64_t kHeld = 2;           // a thread besides the kernel may touch it
    static constexpr std::uint64_t kClaimed = 4;        // its packet has been dequeued
    static constexpr std::uint64_t kArrived = 8;        // and the result is stored
    static constexpr std::uint64_t kCancelWanted = 16;  // the holder shall cancel it
    static constexpr std::uint64_t kTimeOutWanted = 32;
    static constexpr std::uint64_t kSelfPosted = 64;  // the packet is ours, the kernel is through with it
    static constexpr std::uint64_t kCancelled = 128;  // at most one of the two
    static constexpr std::uint64_t kTimedOut = 256;
    static constexpr std::uint64_t kCauses = kCancelled | kTimedOut;
    static constexpr std::uint64_t kOneLife = 512;

    static std::uint64_t lifeOf(std::uint64_t word) noexcept { return word & ~(kOneLife - 1); }
    static std::uint64_t generationOf(std::uint64_t word) noexcept {
        return (word / kOneLife) & ((std::uint64_t{1} << kGenerationBits) - 1);
    }

    void enterState(std::uint64_t bits) noexcept {
        word_.store(lifeOf(word_.load(std::memory_order_relaxed)) | bits, std::memory_order_release);
    }

    std::atomic<std::uint64_t> word_{0};
};

}  // namespace iocp4j
