#include "jni/Pinned.h"

#include "jni/JavaVm.h"

namespace iocp4j::jni {

namespace {

// The second pin of those whose first one is the share of a registered buffer. No reference of the JVM's lies here.
char registration;

}  // namespace

void unpin(Pins pins) noexcept {
    if (pins.second == &registration) {
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

RegisteredPart::RegisteredPart(jlong buffer, jint offset, jint length) noexcept
    : share_(static_cast<RegisteredBuffer::Key>(buffer)),
      address_(share_ ? share_->at(offset, length) : nullptr),
      length_(static_cast<std::uint32_t>(length)) {}

Pins RegisteredPart::pins() const noexcept { return {&*share_, &registration}; }

}  // namespace iocp4j::jni
