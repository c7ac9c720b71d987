#pragma once

#include <cstddef>

namespace iocp4j::win32 {

// A range of reserved addresses of which the front is committed. Windows counts committed memory against the system
// limit, used or not; reserved addresses cost almost nothing.
class ReservedMemory {
public:
    // The unit of commitment.
    static constexpr std::size_t kStep = 64 * 1024;

    // The address is aligned to the allocation granularity, 64 KiB. May throw std::bad_alloc.
    explicit ReservedMemory(std::size_t size);
    ReservedMemory(const ReservedMemory&) = delete;
    ReservedMemory& operator=(const ReservedMemory&) = delete;
    ~ReservedMemory();

    void* data() const noexcept { return data_; }

    // Commits at least the first `bytes` bytes; new memory is zero. Returns false if the system has no memory, which
    // may be temporary. Not thread-safe.
    [[nodiscard]] bool commit(std::size_t bytes) noexcept;

private:
    const std::size_t size_;
    void* const data_;
    std::size_t committed_ = 0;
};

}  // namespace iocp4j::win32
