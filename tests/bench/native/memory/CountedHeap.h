#pragma once

#include <cstdint>

namespace iocp4j::bench {

// What this process has of operator new and has not given back: all that C++ code allocates, and nothing of the
// system's.
struct HeapUse {
    std::int64_t bytes;  // as asked for, without what the allocator adds to each block
    std::int64_t blocks;

    static HeapUse now() noexcept;

    HeapUse operator-(const HeapUse& other) const noexcept { return {bytes - other.bytes, blocks - other.blocks}; }
};

}  // namespace iocp4j::bench
