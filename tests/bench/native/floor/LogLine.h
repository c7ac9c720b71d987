#pragma once

#include <windows.h>

#include <array>
#include <cstdint>
#include <span>

#include "fixtures/SyelogMessage.h"

namespace iocp4j::bench {

// The line that a message becomes, in the same memory for each message: yyyymmddhhmmssmmm PID FACILITY.SEVERITY: TEXT.
// Text other than printable ASCII is written as \n, \r, \t or \xNN; iocp4j's syelogd lets UTF-8 pass, too, but there is
// none in the messages of a benchmark.
class LogLine {
public:
    // Of so many bytes received; empty for what is no message.
    std::span<const char> of(const test::SyelogMessage& message, std::size_t length);

private:
    static constexpr std::size_t kPrefix = 14;
    static constexpr std::size_t kLongestHead = 40;
    static constexpr std::size_t kGrowth = 4;

    char* putTime(FILETIME time, char* at);

    std::uint64_t second_ = 0;  // that the prefix is of; clients tell the same one for as long as it lasts
    std::array<char, kPrefix + 1> prefix_{};  // with a NUL
    std::array<char, kLongestHead + sizeof(test::SyelogMessage::text) * kGrowth + 1> bytes_;
};

}  // namespace iocp4j::bench
