// Measures the native memory that iocp4j allocates for each operation in flight and each idle connection, to the byte.
// The kernel's memory and the buffers of the program do not count.
//
// The argument is the number of connections. Memory.java reads the output.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "Connections.h"

int main(int argc, char** argv) {
    using namespace iocp4j::bench;
    const unsigned long count = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
    if (count == 0) {
        std::fputs("Usage: memory CONNECTIONS\n", stderr);
        return 2;
    }
    try {
        const double place = operationPlace();
        const ConnectionCost pipe = pipeConnections(count);
        const ConnectionCost socket = socketConnections(count);
        std::printf("pipe-operation %.3f\n", place + pipe.read);
        std::printf("socket-operation %.3f\n", place + socket.read);
        std::printf("pipe-connection %.3f\n", pipe.bytes);
        std::printf("pipe-blocks %.3f\n", pipe.blocks);
        std::printf("socket-connection %.3f\n", socket.bytes);
        std::printf("socket-blocks %.3f\n", socket.blocks);
        return 0;
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "memory: %s\n", failed.what());
        return 1;
    }
}
