#pragma once

#include <jni.h>

#include <cstdint>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "win32/Result.h"

namespace iocp4j::jni {

// A direct buffer whose address is resolved once for all operations. It is kept alive until it is unregistered and its
// last operation is over, because each operation has a share.
class RegisteredBuffer {
public:
    using Key = std::uint64_t;

    static SlotTable<RegisteredBuffer>& table() noexcept;

    static win32::Result<Key> open(JNIEnv* env, jobject buffer);
    static void close(Key key) noexcept;

    Key key() const noexcept { return key_; }

    // The address of a range, or nullptr if the range is not within the buffer.
    char* at(jint offset, jint length) const noexcept {
        const bool within = offset >= 0 && length >= 0 && jlong{offset} + length <= capacity_;
        return within ? address_ + offset : nullptr;
    }

private:
    friend class Share<RegisteredBuffer>;

    RegisteredBuffer() = default;

    static void dispose(RegisteredBuffer* buffer) noexcept;

    jobject pin_ = nullptr;
    char* address_ = nullptr;
    jlong capacity_ = 0;
    Key key_ = 0;
};

}  // namespace iocp4j::jni
