// A fuzzer's target: whatever packets strangers post to the port, every operation comes back once and as it ended.

#include "Bench.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    iocp4j::fuzz::Input input{data, size};
    iocp4j::fuzz::Bench{input, iocp4j::fuzz::Bench::Hostile::kPackets}.run();
    return 0;
}
