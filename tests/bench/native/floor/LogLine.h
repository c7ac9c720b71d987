#pragma once

#include <windows.h>

#include <array>
#include <cstdint>
#include <span>

#include "fixtures/SyelogMessage.h"

namespace iocp4j::bench {

// Formats a message as a line, in the same memory for each message: yyyymmddhhmmssmmm PID FACILITY.SEVERITY: TEXT.
// Text other than printable ASCII is written as \n, \r, \t or \xNN. Unlike this, iocp4j's syelogd keeps UTF-8; the
// messages of the benchmarks have none.
class LogLine {
public:
    // `length` is the number of bytes received. The result is empty if they are not a message.
    std::span<const char> of(const test::SyelogMessage& message, std::size_t length);

private:
    static constexpr std::size_t kPrefix = 14;
    static constexpr std::size_t kLongestHead = 40;
    static constexpr std::size_t kGrowth = 4;

    char* putTime(FILETIME time, char* at);

    std::uint64_t second_ = 0;                // of the prefix; formatted once for all messages of a second
    std::array<char, kPrefix + 1> prefix_{};  // with a NUL
    std::array<char, kLongestHead + sizeof(test::SyelogMessage::text) * kGrowth + 1> bytes_;
};

}  // namespace iocp4j::bench
