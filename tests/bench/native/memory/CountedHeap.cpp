#include "CountedHeap.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>

namespace iocp4j::bench {

namespace {

std::atomic<std::int64_t> bytesInUse{0};
std::atomic<std::int64_t> blocksInUse{0};

// In front of each block, so that whoever frees it knows how large it is.
struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) Header {
    std::size_t size;
};

// Where the block begins after its header and what keeps it aligned.
constexpr std::size_t offset(std::size_t alignment) noexcept { return std::max(alignment, sizeof(Header)); }

Header* headerOf(void* block) noexcept { return static_cast<Header*>(block) - 1; }

void* allocate(std::size_t size, std::size_t alignment) {
    void* memory = ::_aligned_malloc(size + offset(alignment), std::max(alignment, alignof(Header)));
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    void* block = static_cast<std::byte*>(memory) + offset(alignment);
    ::new (headerOf(block)) Header{size};
    bytesInUse += static_cast<std::int64_t>(size);
    ++blocksInUse;
    return block;
}

void release(void* block, std::size_t alignment) noexcept {
    if (block == nullptr) {
        return;
    }
    bytesInUse -= static_cast<std::int64_t>(headerOf(block)->size);
    --blocksInUse;
    ::_aligned_free(static_cast<std::byte*>(block) - offset(alignment));
}

}  // namespace

HeapUse HeapUse::now() noexcept { return {bytesInUse, blocksInUse}; }

}  // namespace iocp4j::bench

// All other forms of new and delete end in these.

void* operator new(std::size_t size) { return iocp4j::bench::allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }

void* operator new(std::size_t size, std::align_val_t alignment) {
    return iocp4j::bench::allocate(size, static_cast<std::size_t>(alignment));
}

void operator delete(void* block) noexcept { iocp4j::bench::release(block, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }

void operator delete(void* block, std::size_t) noexcept { ::operator delete(block); }

void operator delete(void* block, std::align_val_t alignment) noexcept {
    iocp4j::bench::release(block, static_cast<std::size_t>(alignment));
}

void operator delete(void* block, std::size_t, std::align_val_t alignment) noexcept {
    ::operator delete(block, alignment);
}
