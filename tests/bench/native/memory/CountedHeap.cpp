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

// The size of a block is stored in front of it, for the delete. The header is as large as the alignment requires.
constexpr std::size_t roomFor(std::size_t alignment) noexcept { return std::max(alignment, sizeof(std::size_t)); }

std::size_t& sizeOf(void* block) noexcept { return static_cast<std::size_t*>(block)[-1]; }

void* allocate(std::size_t size, std::size_t alignment) {
    void* memory = ::_aligned_malloc(size + roomFor(alignment), roomFor(alignment));
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    void* block = static_cast<std::byte*>(memory) + roomFor(alignment);
    sizeOf(block) = size;
    bytesInUse += static_cast<std::int64_t>(size);
    ++blocksInUse;
    return block;
}

void release(void* block, std::size_t alignment) noexcept {
    if (block == nullptr) {
        return;
    }
    bytesInUse -= static_cast<std::int64_t>(sizeOf(block));
    --blocksInUse;
    ::_aligned_free(static_cast<std::byte*>(block) - roomFor(alignment));
}

}  // namespace

HeapUse HeapUse::now() noexcept { return {bytesInUse, blocksInUse}; }

}  // namespace iocp4j::bench

// All other forms of new and delete call these.

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
