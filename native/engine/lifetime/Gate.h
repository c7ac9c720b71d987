#pragma once

#include <atomic>
#include <cstdint>

namespace iocp4j {

// Counts the users of an object. After close() no user can enter, and the last leave() returns true. Windows calls this
// rundown protection. The generation identifies one use of the gate, so that an old key cannot enter.
//
// The state is one word, | generation 31 | closed 1 | inside 32 |, so that enter() is one compare-and-swap that checks
// all three fields. A gate that is closed and empty stays so until open() sets the next generation.
class Gate {
public:
    enum class Closing {
        kRefused,  // wrong generation, or already closed
        kBusy,     // closed; the last leave() returns true
        kEmpty,    // closed, and no user is inside
    };

    static constexpr std::uint32_t kLastGeneration = 0x7fff'ffff;

    void open(std::uint32_t generation) noexcept {
        word_.store(static_cast<std::uint64_t>(generation) << kGenerationShift, std::memory_order_release);
    }

    [[nodiscard]] bool enter(std::uint32_t generation) noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        do {
            if (generationOf(word) != generation || (word & kClosed) != 0) {
                return false;
            }
        } while (!word_.compare_exchange_weak(word, word + 1, std::memory_order_acquire, std::memory_order_relaxed));
        return true;
    }

    // Adds a user, which needs its own leave(). The caller must be inside.
    void share() noexcept { word_.fetch_add(1, std::memory_order_relaxed); }

    // Returns true for the last user that leaves a closed gate.
    [[nodiscard]] bool leave() noexcept {
        const std::uint64_t before = word_.fetch_sub(1, std::memory_order_acq_rel);
        return (before & kClosed) != 0 && insideOf(before) == 1;
    }

    // Sequentially consistent, so that close() is ordered before the caller's next steps, such as cancelling
    // operations. A user that has entered earlier and starts an operation later therefore sees closed().
    [[nodiscard]] Closing close(std::uint32_t generation) noexcept {
        std::uint64_t word = word_.load(std::memory_order_relaxed);
        do {
            if (generationOf(word) != generation || (word & kClosed) != 0) {
                return Closing::kRefused;
            }
        } while (
            !word_.compare_exchange_weak(word, word | kClosed, std::memory_order_seq_cst, std::memory_order_relaxed));
        return insideOf(word) == 0 ? Closing::kEmpty : Closing::kBusy;
    }

    bool closed() const noexcept { return (word_.load(std::memory_order_seq_cst) & kClosed) != 0; }

    std::uint32_t inside() const noexcept { return insideOf(word_.load(std::memory_order_relaxed)); }

private:
    static constexpr std::uint64_t kClosed = std::uint64_t{1} << 32;
    static constexpr unsigned kGenerationShift = 33;

    static std::uint32_t generationOf(std::uint64_t word) noexcept {
        return static_cast<std::uint32_t>(word >> kGenerationShift);
    }
    static std::uint32_t insideOf(std::uint64_t word) noexcept { return static_cast<std::uint32_t>(word); }

    std::atomic<std::uint64_t> word_{kClosed};
};

}  // namespace iocp4j
