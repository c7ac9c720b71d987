#include "jni/BufferList.h"

namespace iocp4j::jni {

namespace {

// java.lang.Object, for arrays of objects.
jclass objectClass = nullptr;

}  // namespace

bool BufferList::bind(JNIEnv* env) noexcept {
    const jclass type = env->FindClass("java/lang/Object");
    objectClass = type != nullptr ? static_cast<jclass>(env->NewGlobalRef(type)) : nullptr;
    return objectClass != nullptr;
}

void BufferList::unbind(JNIEnv* env) noexcept {
    env->DeleteGlobalRef(objectClass);
    objectClass = nullptr;
}

BufferList::BufferList(JNIEnv* env, jobjectArray buffers, jintArray ranges) noexcept : Pinned(env) {
    const jsize count = buffers != nullptr ? env->GetArrayLength(buffers) : 0;
    if (count < 1 || count > kMaxParts || ranges == nullptr || env->GetArrayLength(ranges) != 2 * count) {
        return;
    }
    // A separate array keeps the buffers alive, because Java may change its own array.
    const jobjectArray kept = env->NewObjectArray(count, objectClass, nullptr);
    if (kept == nullptr) {
        env->ExceptionClear();
        return;
    }
    if (resolve(env, buffers, ranges, kept)) {
        count_ = static_cast<std::size_t>(count);
        hold(kept);
    }
    env->DeleteLocalRef(kept);
}

bool BufferList::resolve(JNIEnv* env, jobjectArray buffers, jintArray ranges, jobjectArray kept) noexcept {
    const jsize count = env->GetArrayLength(kept);
    std::array<jint, 2 * kMaxParts> numbers;
    env->GetIntArrayRegion(ranges, 0, 2 * count, numbers.data());
    jlong total = 0;
    for (jsize i = 0; i < count; ++i) {
        const jobject element = env->GetObjectArrayElement(buffers, i);
        env->SetObjectArrayElement(kept, i, element);
        const auto at = static_cast<std::size_t>(i);
        const Buffer part{env, element, numbers[2 * at], numbers[2 * at + 1]};
        env->DeleteLocalRef(element);
        // The byte count of a completion is a Java int.
        total += part.length();
        if (!part.valid() || total > INT32_MAX) {
            return false;
        }
        parts_[at] = {part.length(), part.address()};
    }
    return true;
}

}  // namespace iocp4j::jni
