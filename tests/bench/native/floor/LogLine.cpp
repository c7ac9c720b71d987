#include "LogLine.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "Workload.h"

namespace iocp4j::bench {

namespace {

constexpr std::uint64_t kTicksPerMillisecond = 10'000;
constexpr std::uint64_t kTicksPerSecond = 1000 * kTicksPerMillisecond;
constexpr std::ptrdiff_t kLeastPidWidth = 4;

bool isWhiteSpace(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

char* putHex(std::uint8_t byte, char* at) noexcept {
    constexpr char kDigits[] = "0123456789abcdef";
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 0xf];
    return at;
}

char* putPid(std::uint32_t pid, char* at) noexcept {
    std::array<char, 10> digits;
    const std::ptrdiff_t length = std::to_chars(digits.data(), digits.data() + digits.size(), pid).ptr - digits.data();
    at = std::fill_n(at, std::max(kLeastPidWidth - length, std::ptrdiff_t{0}), ' ');
    return std::copy_n(digits.data(), length, at);
}

char* putText(std::span<const char> text, char* at) noexcept {
    for (const char c : text) {
        if (c >= ' ' && c < 0x7f) {
            *at++ = c;
            continue;
        }
        *at++ = '\\';
        switch (c) {
            case '\n':
                *at++ = 'n';
                break;
            case '\r':
                *at++ = 'r';
                break;
            case '\t':
                *at++ = 't';
                break;
            default:
                *at++ = 'x';
                at = putHex(static_cast<std::uint8_t>(c), at);
        }
    }
    return at;
}

}  // namespace

std::span<const char> LogLine::of(const test::SyelogMessage& message, std::size_t length) {
    if (length <= test::kSyelogHeader || message.text[0] == '\0') {
        return {};
    }
    const char* begin = message.text;
    const char* end = std::find(begin, begin + (length - test::kSyelogHeader), '\0');
    while (end != begin && isWhiteSpace(end[-1])) {
        --end;
    }
    char* at = putTime(message.occurrence, bytes_.data());
    *at++ = ' ';
    at = putPid(message.processId, at);
    *at++ = ' ';
    at = putHex(message.facility, at);
    *at++ = '.';
    at = putHex(message.severity, at);
    *at++ = ':';
    *at++ = ' ';
    at = putText({begin, end}, at);
    *at++ = '\n';
    return {bytes_.data(), at};
}

char* LogLine::putTime(FILETIME time, char* at) {
    const std::uint64_t ticks = std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
    if (const std::uint64_t second = ticks / kTicksPerSecond; second != second_) {
        SYSTEMTIME utc;
        SYSTEMTIME local;
        if (!::FileTimeToSystemTime(&time, &utc) || !::SystemTimeToTzSpecificLocalTime(nullptr, &utc, &local)) {
            throw CallFailed{"SystemTimeToTzSpecificLocalTime"};
        }
        std::snprintf(prefix_.data(), prefix_.size(), "%04u%02u%02u%02u%02u%02u", local.wYear % 10'000U,
                      local.wMonth % 100U, local.wDay % 100U, local.wHour % 100U, local.wMinute % 100U,
                      local.wSecond % 100U);
        second_ = second;
    }
    at = std::copy_n(prefix_.data(), kPrefix, at);
    const std::uint64_t milliseconds = ticks / kTicksPerMillisecond % 1000;
    *at++ = static_cast<char>('0' + milliseconds / 100);
    *at++ = static_cast<char>('0' + milliseconds / 10 % 10);
    *at++ = static_cast<char>('0' + milliseconds % 10);
    return at;
}

}  // namespace iocp4j::bench
