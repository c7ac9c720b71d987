#pragma once

#include <jni.h>

#include <array>
#include <cstdint>
#include <span>

#include "engine/operation/Pins.h"
#include "jni/NativeResult.h"
#include "win32/Winsock.h"

namespace iocp4j::jni {

// Memory that its owner, not the operation, keeps until the completion. There is nothing to pin.
class RawMemory {
public:
    // The first 64 KiB of the address space are never mapped.
    static constexpr jlong kLowestAddress = 0x1'0000;

    // Not valid if the length is negative, or if the range cannot be memory of a process. Without a length the address
    // is not used.
    RawMemory(jlong address, jint length) noexcept {
        if (length == 0) {
            address_ = &nothing;
        } else if (length > 0 && within(address, length)) {
            address_ = reinterpret_cast<char*>(address);
            length_ = static_cast<std::uint32_t>(length);
        }
    }

    bool valid() const noexcept { return address_ != nullptr; }
    Pins pins() const noexcept { return {}; }
    void handOver() noexcept {}

    char* address() const noexcept { return address_; }
    std::uint32_t length() const noexcept { return length_; }

private:
    static bool within(jlong address, jint length) noexcept {
        return address >= kLowestAddress && address <= INT64_MAX - length;
    }

    static inline char nothing;

    char* address_ = nullptr;
    std::uint32_t length_ = 0;
};

// Ranges of such memory that one operation uses in order. The caller's list of WSABUF is only read here.
class RawVector {
public:
    static constexpr jint kMaxParts = 64;

    RawVector(jlong list, jint count) noexcept;

    bool valid() const noexcept { return count_ > 0; }
    Pins pins() const noexcept { return {}; }
    void handOver() noexcept {}

    std::span<WSABUF> parts() noexcept { return std::span{parts_}.first(count_); }

private:
    std::array<WSABUF, kMaxParts> parts_;
    std::size_t count_ = 0;
};

}  // namespace iocp4j::jni
