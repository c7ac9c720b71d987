#include "jni/Pinned.h"

#include "jni/JavaVm.h"

namespace iocp4j::jni {

void unpin(Pins pins) noexcept {
    if (pins.second == &RegisteredPart::registration) {
        Share<RegisteredBuffer>::end(static_cast<RegisteredBuffer*>(pins.first));
        return;
    }
    JNIEnv* env = environment();
    for (void* pin : {pins.first, pins.second}) {
        if (pin != nullptr) {
            env->DeleteGlobalRef(static_cast<jobject>(pin));
        }
    }
}

Buffer::Buffer(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept : Pinned(env) {
    auto* address = buffer != nullptr ? static_cast<char*>(env->GetDirectBufferAddress(buffer)) : nullptr;
    if (address == nullptr || offset < 0 || length < 0 ||
        jlong{offset} + length > env->GetDirectBufferCapacity(buffer)) {
        return;
    }
    address_ = address + offset;
    length_ = static_cast<std::uint32_t>(length);
    hold(buffer);
}

}  // namespace iocp4j::jni
