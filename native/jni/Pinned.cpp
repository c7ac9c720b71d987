#include "jni/Pinned.h"

#include "jni/JavaVm.h"

namespace iocp4j::jni {

namespace {

// The address of this variable is the second pin if the first one is a BufferArray. It is never the address of a JNI
// reference.
char arrayMark;

}  // namespace

void unpin(Pins pins) noexcept {
    if (pins.second == &RegisteredPart::registration) {
        Share<RegisteredBuffer>::end(static_cast<RegisteredBuffer*>(pins.first));
        return;
    }
    JNIEnv* env = environment();
    if (pins.second == &arrayMark) {
        static_cast<BufferArray*>(pins.first)->release(env);
        return;
    }
    for (void* pin : {pins.first, pins.second}) {
        if (pin != nullptr) {
            env->DeleteGlobalRef(static_cast<jobject>(pin));
        }
    }
}

Pins pinsOf(BufferArray* buffers) noexcept { return {buffers, buffers != nullptr ? &arrayMark : nullptr}; }

DirectRange::DirectRange(JNIEnv* env, jobject buffer, jint offset, jint range) noexcept {
    auto* start = buffer != nullptr ? static_cast<char*>(env->GetDirectBufferAddress(buffer)) : nullptr;
    if (start != nullptr && offset >= 0 && range >= 0 &&
        jlong{offset} + range <= env->GetDirectBufferCapacity(buffer)) {
        address = start + offset;
        length = static_cast<std::uint32_t>(range);
    }
}

Buffer::Buffer(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept : Pinned(env) {
    const DirectRange range{env, buffer, offset, length};
    if (range.address != nullptr) {
        address_ = range.address;
        length_ = range.length;
        hold(buffer);
    }
}

}  // namespace iocp4j::jni
