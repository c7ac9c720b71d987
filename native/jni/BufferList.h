#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "jni/BufferArray.h"
#include "jni/Submission.h"
#include "win32/Winsock.h"

namespace iocp4j::jni {

// Ranges of several direct buffers that one operation uses in order.
class BufferList {
public:
    static constexpr jsize kMaxParts = BufferArray::kCapacity;

    // `ranges` has an offset and a length for each of the first `count` buffers. Both arrays are only read here,
    // because Java may change them.
    BufferList(JNIEnv* env, jobjectArray buffers, jintArray ranges, jint count) noexcept;
    BufferList(const BufferList&) = delete;
    BufferList& operator=(const BufferList&) = delete;
    ~BufferList();

    bool valid() const noexcept { return count_ > 0; }
    Pins pins() const noexcept { return pinsOf(kept_); }
    void handOver() noexcept { kept_ = nullptr; }

    std::span<WSABUF> parts() noexcept { return std::span{parts_}.first(count_); }

private:
    bool resolve(JNIEnv* env, jobjectArray buffers, std::span<const jint> ranges) noexcept;

    JNIEnv* env_;
    BufferArray* kept_ = nullptr;
    std::array<WSABUF, kMaxParts> parts_;
    std::size_t count_ = 0;
};

}  // namespace iocp4j::jni
