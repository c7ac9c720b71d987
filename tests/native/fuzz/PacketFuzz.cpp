// Fuzz target: whatever packets other code posts to the port, each operation completes once, with its own result.

#include "Bench.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    iocp4j::fuzz::Input input{data, size};
    iocp4j::fuzz::Bench{input, iocp4j::fuzz::Bench::Hostile::kPackets}.run();
    return 0;
}
