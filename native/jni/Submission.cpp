#include "jni/Submission.h"

namespace iocp4j::jni {

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
