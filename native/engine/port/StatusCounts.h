#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace iocp4j {

// Counts completions by status. One thread counts, any thread may read. The first statuses have one counter each, and
// all later ones share the last counter, because there are thousands of codes of which a program sees few.
class StatusCounts {
public:
    // Stands for all statuses without a counter of their own. No Win32 call returns it.
    static constexpr std::uint32_t kOthers = 0xffff'ffff;

    void add(std::uint32_t status) noexcept {
        const std::size_t made = made_.load(std::memory_order_relaxed);
        std::size_t i = 0;
        while (i < made && counts_[i].status != status && counts_[i].status != kOthers) {
            ++i;
        }
        if (i == made) {
            counts_[i].status = i + 1 < counts_.size() ? status : kOthers;
            // Published after the status is set, because readers take no lock.
            made_.store(made + 1, std::memory_order_release);
        }
        std::atomic<std::uint64_t>& times = counts_[i].times;
        times.store(times.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    // Calls `see(status, times)` for each status that has occurred.
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
