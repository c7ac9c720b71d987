#pragma once

#include <cstddef>

namespace iocp4j::win32 {

// A range of addresses of which only the front has memory behind it. Windows counts memory against the limit of the
// whole system when it is committed, used or not; addresses that are only reserved cost next to nothing.
class ReservedMemory {
public:
    // What is committed at a time.
    static constexpr std::size_t kStep = 64 * 1024;

    // Aligned to the system's allocation granularity, 64 KiB. May throw std::bad_alloc.
    explicit ReservedMemory(std::size_t size);
    ReservedMemory(const ReservedMemory&) = delete;
    ReservedMemory& operator=(const ReservedMemory&) = delete;
    ~ReservedMemory();

    void* data() const noexcept { return data_; }

    // Makes sure that the first so many bytes can be used; what is new among them is zero. False where the system has
    // no memory, which may pass. One thread at a time.
    [[nodiscard]] bool commit(std::size_t bytes) noexcept;

private:
    const std::size_t size_;
    void* const data_;
    std::size_t committed_ = 0;
};

}  // namespace iocp4j::win32
