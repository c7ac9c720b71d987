#include "jni/RawMemory.h"

#include <cstddef>
#include <cstring>

namespace iocp4j::jni {

// RawVector.java writes this layout.
static_assert(sizeof(WSABUF) == 16 && offsetof(WSABUF, len) == 0 && offsetof(WSABUF, buf) == 8);

RawVector::RawVector(jlong list, jint count) noexcept {
    if (!jni::within(count, 1, kMaxParts)) {
        return;
    }
    const RawMemory entries{list, count * static_cast<jint>(sizeof(WSABUF))};
    if (!entries.valid()) {
        return;
    }
    // Checked in the copy, because other threads may change the caller's list.
    std::memcpy(parts_.data(), entries.address(), entries.length());
    const auto parts = static_cast<std::size_t>(count);
    jlong total = 0;
    for (WSABUF& part : std::span{parts_}.first(parts)) {
        const RawMemory memory{reinterpret_cast<jlong>(part.buf), static_cast<jint>(part.len)};
        // The byte count of a completion is a Java int.
        total += memory.length();
        if (!memory.valid() || total > INT32_MAX) {
            return;
        }
        part.buf = memory.address();
    }
    count_ = parts;
}

}  // namespace iocp4j::jni
