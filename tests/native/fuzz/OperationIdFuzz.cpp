// Fuzz target: cancelling any number cancels only the operation with that id, on its own device.

#include "Bench.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    iocp4j::fuzz::Input input{data, size};
    iocp4j::fuzz::Bench{input, iocp4j::fuzz::Bench::Hostile::kOperationIds}.run();
    return 0;
}
