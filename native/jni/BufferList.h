#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "jni/Submission.h"
#include "win32/Winsock.h"

namespace iocp4j::jni {

// Ranges of several direct buffers that one operation uses in order.
class BufferList : public Pinned {
public:
    // The largest number of ranges (Buffers.MAX_PARTS in Java).
    static constexpr jsize kMaxParts = 64;

    // Called before the first list and after the last. bind() returns false with a pending Java exception.
    static bool bind(JNIEnv* env) noexcept;
    static void unbind(JNIEnv* env) noexcept;

    // `ranges` has an offset and a length for each buffer. Both arrays are only read here, because Java may change
    // them.
    BufferList(JNIEnv* env, jobjectArray buffers, jintArray ranges) noexcept;

    std::span<WSABUF> parts() noexcept { return std::span{parts_}.first(count_); }

private:
    bool resolve(JNIEnv* env, jobjectArray buffers, jintArray ranges, jobjectArray kept) noexcept;

    std::array<WSABUF, kMaxParts> parts_;
    std::size_t count_ = 0;
};

}  // namespace iocp4j::jni
