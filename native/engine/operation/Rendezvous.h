#pragma once

#include <atomic>
#include <cstdint>

namespace iocp4j {

// Decides which thread finishes an operation.
//
// Windows may queue an operation's packet before the starting call has returned, and one thread may cancel an operation
// while another one dequeues its packet. Therefore an operation has at most one holder besides the kernel: the starting
// thread, later perhaps a cancelling thread. A held slot is not reused. If the operation is not held when the packet
// arrives, the worker finishes it. Otherwise the worker stores the result, and the holder finishes it on release. The
// second of the two finishes the operation, exactly once.
//
// The state is one word: | generation 54 | bits 10 |. Each end of an operation increments the generation, so that an id
// of an earlier operation matches nothing.
class Rendezvous {
public:
    enum class Arrival {
        kForeign,  // a packet that is not the operation's completion
        kAlone,    // the caller stores the result and finishes the operation
        kHeld,     // the caller stores the result, then calls publish() to learn who finishes
    };
    enum class Release {
        kDone,          // the packet will finish the operation, which must not be touched any more
        kCancelFirst,   // a cancel was requested meanwhile: cancel, then release again
        kTimeOutFirst,  // the deadline has passed meanwhile: cancel, then release again
        kFinish,        // the packet came meanwhile: the state is now self-posted, and the caller posts the packet
    };
    // The cause of a cancel.
    enum class Cause {
        kCancelled,  // a caller has cancelled it
        kTimedOut,   // its deadline has passed
    };
    enum class Hold {
        kOver,      // another generation, or its packet has arrived
        kGained,    // the caller holds it: cancel, then release
        kDelegated  // the holder cancels it before it releases
    };

    // Begins an operation, which the starting thread holds.
    void begin() noexcept { enterState(kInFlight | kHeld); }

    // Begins an operation that no packet ends: the starting thread waits for it, and finishes it after claimWaited().
    void beginWaited() noexcept { enterState(kInFlight | kHeld | kWaited); }

    // Begins an operation that the library posts itself, without an I/O request of the kernel.
    void beginSelfPosted() noexcept { enterState(kInFlight | kSelfPosted); }

    // For the holder, when no packet follows: claims the operation. The holder then stores the result and calls
    // selfPost(). Returns false when a packet has come nevertheless. That packet then counts, and the holder calls
    // release().
    [[nodiscard]] bool claimByHolder() noexcept { return claimUnless(kClaimed); }

    // For the starting thread of a waited operation that it has released and that is over. Returns false while another
    // thread holds the operation, which ends when its CancelIoEx returns.
    [[nodiscard]] bool claimWaited() noexcept { return claimUnless(kHeld); }

    // After this a self-posted packet finishes the operation.
    void selfPost() noexcept { enterState(kInFlight | kSelfPosted); }

    [[nodiscard]] Release release() noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        for (;;) {
            std::uint64_t next;
            Release outcome;
            if ((word & kArrived) != 0) {
                next = withoutBits(word) | kInFlight | kSelfPosted | (word & kCauses);
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

    // Returns true if that generation is in flight, so that its fields may be read. What is read counts only if hold()
    // succeeds afterwards.
    bool alive(std::uint64_t generation) const noexcept {
        const std::uint64_t word = word_.load(std::memory_order_acquire);
        return generationOf(word) == generation && (word & kInFlight) != 0;
    }

    // For a cancel, which knows only the generation.
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

    // For a thread that wants to wake the one that waits for the operation. Returns true if the caller holds it.
    // Returns false if the operation is not a waited one, is over, or has a holder.
    [[nodiscard]] bool holdWaited(std::uint64_t generation) noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        do {
            if (generationOf(word) != generation ||
                (word & (kInFlight | kWaited | kHeld | kClaimed)) != (kInFlight | kWaited)) {
                return false;
            }
        } while (
            !word_.compare_exchange_weak(word, word | kHeld, std::memory_order_acq_rel, std::memory_order_acquire));
        return true;
    }

    // Records that CancelIoEx has found the operation. Only the first cause counts.
    void cancelledFor(Cause cause) noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        const std::uint64_t bit = cause == Cause::kTimedOut ? kTimedOut : kCancelled;
        while ((word & kCauses) == 0 &&
               !word_.compare_exchange_weak(word, word | bit, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        }
    }

    // Call this for a dequeued packet, self-posted or from the kernel. For each generation exactly one caller gets
    // kAlone or kHeld.
    [[nodiscard]] Arrival arrive(bool selfPosted, std::uint64_t generation) noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        for (;;) {
            const std::uint64_t expected = kInFlight | (selfPosted ? kSelfPosted : 0);
            if ((word & (kInFlight | kSelfPosted | kWaited)) != expected || generationOf(word) != generation ||
                (word & kClaimed) != 0) {
                return Arrival::kForeign;
            }
            const bool held = (word & kHeld) != 0;
            const std::uint64_t next = word | kClaimed | (held ? 0 : kArrived);
            if (word_.compare_exchange_weak(word, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
                return held ? Arrival::kHeld : Arrival::kAlone;
            }
        }
    }

    // For a caller that knows that the packet is of the current generation.
    [[nodiscard]] Arrival arrive(bool selfPosted) noexcept { return arrive(selfPosted, generation()); }

    // After kHeld, once the result is stored. Returns true when the holder has released meanwhile, so that the caller
    // finishes the operation.
    [[nodiscard]] bool publish() noexcept { return (word_.fetch_or(kArrived, std::memory_order_acq_rel) & kHeld) == 0; }

    // Called by the thread that finishes the operation.
    void end() noexcept {
        word_.store(withoutBits(word_.load(std::memory_order_relaxed)) + kOneGeneration, std::memory_order_release);
    }

    // For the thread that finishes the operation.
    bool wasCancelledFor(Cause cause) const noexcept {
        const std::uint64_t bit = cause == Cause::kTimedOut ? kTimedOut : kCancelled;
        return (word_.load(std::memory_order_relaxed) & bit) != 0;
    }

    bool isHeld() const noexcept { return (word_.load(std::memory_order_acquire) & kHeld) != 0; }

    bool inFlight() const noexcept { return (word_.load(std::memory_order_acquire) & kInFlight) != 0; }

    // The lower bits of the generation, as many as an operation's id contains.
    std::uint64_t generation() const noexcept { return generationOf(word_.load(std::memory_order_relaxed)); }

    static constexpr unsigned kGenerationBits = 38;

private:
    static constexpr std::uint64_t kInFlight = 1;
    static constexpr std::uint64_t kHeld = 2;           // a thread besides the kernel may touch the operation
    static constexpr std::uint64_t kClaimed = 4;        // its packet has been dequeued
    static constexpr std::uint64_t kArrived = 8;        // the result is stored
    static constexpr std::uint64_t kCancelWanted = 16;  // the holder must cancel the operation
    static constexpr std::uint64_t kTimeOutWanted = 32;
    static constexpr std::uint64_t kSelfPosted = 64;  // the kernel does not use the OVERLAPPED any more
    static constexpr std::uint64_t kCancelled = 128;  // at most one of kCancelled and kTimedOut is set
    static constexpr std::uint64_t kTimedOut = 256;
    static constexpr std::uint64_t kCauses = kCancelled | kTimedOut;
    static constexpr std::uint64_t kWaited = 512;  // no packet ends it
    static constexpr std::uint64_t kOneGeneration = 1024;

    static std::uint64_t withoutBits(std::uint64_t word) noexcept { return word & ~(kOneGeneration - 1); }
    static std::uint64_t generationOf(std::uint64_t word) noexcept {
        return (word / kOneGeneration) & ((std::uint64_t{1} << kGenerationBits) - 1);
    }

    // Claims the operation. Returns false if that bit is set.
    bool claimUnless(std::uint64_t bit) noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);
        do {
            if ((word & bit) != 0) {
                return false;
            }
        } while (
            !word_.compare_exchange_weak(word, word | kClaimed, std::memory_order_acq_rel, std::memory_order_acquire));
        return true;
    }

    void enterState(std::uint64_t bits) noexcept {
        word_.store(withoutBits(word_.load(std::memory_order_relaxed)) | bits, std::memory_order_release);
    }

    std::atomic<std::uint64_t> word_{0};
};

}  // namespace iocp4j
