#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace iocp4j::fuzz {

// Reads the fuzzer's bytes as numbers. Missing bytes are zero.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) noexcept : rest_(data, size) {}

    bool empty() const noexcept { return rest_.empty(); }

    std::uint8_t byte() noexcept {
        if (rest_.empty()) {
            return 0;
        }
        const std::uint8_t first = rest_.front();
        rest_ = rest_.subspan(1);
        return first;
    }

    std::uint64_t number() noexcept {
        std::uint64_t all = 0;
        for (int i = 0; i < 8; ++i) {
            all = (all << 8) | byte();
        }
        return all;
    }

    unsigned below(std::size_t limit) noexcept { return static_cast<unsigned>(byte() % limit); }

private:
    std::span<const std::uint8_t> rest_;
};

// Reports a violation to the fuzzer.
inline void expect(bool holds, const char* otherwise) noexcept {
    if (!holds) {
        std::fprintf(stderr, "violation: %s\n", otherwise);
        std::abort();
    }
}

}  // namespace iocp4j::fuzz
