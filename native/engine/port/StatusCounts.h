#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace iocp4j {

// How many completions came with which status. One thread counts, any other may look. The first so many statuses that
// come have a counter each, and all later ones share the last: there are thousands of codes, and a program meets few.
class StatusCounts {
public:
    // What stands for all statuses that have no counter of their own. No Win32 call answers it.
    static constexpr std::uint32_t kOthers = 0xffff'ffff;

    void add(std::uint32_t status) noexcept {
        const std::size_t made = made_.load(std::memory_order_relaxed);
        std::size_t i = 0;
        while (i < made && counts_[i].status != status && counts_[i].status != kOthers) {
            ++i;
        }
        if (i == made) {
            counts_[i].status = i + 1 < counts_.size() ? status : kOthers;
            // Only a count whose status is known may be seen.
            made_.store(made + 1, std::memory_order_release);
        }
        std::atomic<std::uint64_t>& times = counts_[i].times;
        times.store(times.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    // Calls `see(status, times)` for each status that has come.
    template <class See>
    void forEach(See&& see) const {
        const std::size_t made = made_.load(std::memory_order_acquire);
        for (std::size_t i = 0; i < made; ++i) {
            see(counts_[i].status, counts_[i].times.load(std::memory_order_relaxed));
        }
    }

private:
    struct Count {
        std::uint32_t status = 0;
        std::atomic<std::uint64_t> times{0};
    };

    std::array<Count, 16> counts_{};
    std::atomic<std::size_t> made_{0};
};

}  // namespace iocp4j
