#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "jni/Submission.h"
#include "win32/Winsock.h"

namespace iocp4j::jni {

// Parts of several direct buffers that one operation fills or empties one after another.
class BufferList : public Pinned {
public:
    // The most that one operation takes (Buffers.MAX_PARTS in Java).
    static constexpr jsize kMaxParts = 64;

    // Before the first list, and after the last. False with a Java exception pending.
    static bool bind(JNIEnv* env) noexcept;
    static void unbind(JNIEnv* env) noexcept;

    // The ranges are offset and length of each part. Neither array is looked at later: Java may change them.
    BufferList(JNIEnv* env, jobjectArray buffers, jintArray ranges) noexcept;

    std::span<WSABUF> parts() noexcept { return std::span{parts_}.first(count_); }

private:
    bool resolve(JNIEnv* env, jobjectArray buffers, jintArray ranges, jobjectArray kept) noexcept;

    std::array<WSABUF, kMaxParts> parts_;
    std::size_t count_ = 0;
};

}  // namespace iocp4j::jni
