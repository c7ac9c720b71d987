#pragma once

#include <cstdint>

namespace iocp4j::bench {

// What this process has allocated with operator new and not freed: the memory of all C++ code, without that of the
// system.
struct HeapUse {
    std::int64_t bytes;  // as asked for, without what the allocator adds to each block
    std::int64_t blocks;

    static HeapUse now() noexcept;

    HeapUse operator-(const HeapUse& other) const noexcept { return {bytes - other.bytes, blocks - other.blocks}; }
};

}  // namespace iocp4j::bench
