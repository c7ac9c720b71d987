#pragma once

#include <cstddef>
#include <cstdint>

namespace iocp4j {

// The Java enum Opcode has the same codes.
enum class Opcode : std::uint16_t {
    kPost = 1,
    kRead = 2,
    kWrite = 3,
    kAccept = 4,
};

// What came back of one operation, in the form in which Java reads it from a direct buffer (CompletionBatch.java).
// Little-endian, as x64 is.
struct CompletionRecord {
    std::uint64_t key;     // the device's; for kPost the caller's
    std::uint64_t token;   // the caller's; for kAccept the server's
    std::uint32_t bytes;   // transferred, also when the status is an error
    std::uint32_t status;  // a Win32 error code, 0 for success
    Opcode opcode;
    std::uint16_t reserved;  // zero
    std::uint32_t detail;    // for kAccept the client's process id, else zero
};

static_assert(sizeof(CompletionRecord) == 32 && alignof(CompletionRecord) == 8);
static_assert(offsetof(CompletionRecord, detail) == 28);

}  // namespace iocp4j
