#pragma once

#include <cstddef>

namespace iocp4j::bench {

// The memory of each of many connections to one server, in bytes and blocks of operator new.
struct ConnectionCost {
    double bytes;   // idle
    double blocks;  // idle
    double read;    // bytes more with a read in flight, beside the operation's place in the slab
};

ConnectionCost pipeConnections(std::size_t count);
ConnectionCost socketConnections(std::size_t count);

// The size of an operation in a port's slab, which is not on the heap.
double operationPlace();

}  // namespace iocp4j::bench
