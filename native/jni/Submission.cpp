#include "jni/Submission.h"

namespace iocp4j::jni {

Buffer::Buffer(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept : env_(env), valid_(false) {
    auto* address = buffer != nullptr ? static_cast<char*>(env->GetDirectBufferAddress(buffer)) : nullptr;
    if (address == nullptr || offset < 0 || length < 0 ||
        jlong{offset} + length > env->GetDirectBufferCapacity(buffer)) {
        return;
    }
    pin_ = env->NewGlobalRef(buffer);
    address_ = address + offset;
    length_ = static_cast<std::uint32_t>(length);
    valid_ = pin_ != nullptr;
}

}  // namespace iocp4j::jni
