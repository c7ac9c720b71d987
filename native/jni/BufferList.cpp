#include "jni/BufferList.h"

namespace iocp4j::jni {

BufferList::BufferList(JNIEnv* env, jobjectArray buffers, jintArray ranges, jint count) noexcept : env_(env) {
    if (!within(count, 1, kMaxParts) || buffers == nullptr || env->GetArrayLength(buffers) < count ||
        ranges == nullptr || env->GetArrayLength(ranges) < 2 * count) {
        return;
    }
    kept_ = BufferArray::take(env);
    if (kept_ == nullptr) {
        return;
    }
    const auto parts = static_cast<std::size_t>(count);
    std::array<jint, 2 * kMaxParts> numbers;
    env->GetIntArrayRegion(ranges, 0, 2 * count, numbers.data());
    if (resolve(env, buffers, std::span{numbers}.first(2 * parts))) {
        count_ = parts;
    }
}

BufferList::~BufferList() {
    if (kept_ != nullptr) {
        kept_->release(env_);
    }
}

bool BufferList::resolve(JNIEnv* env, jobjectArray buffers, std::span<const jint> ranges) noexcept {
    jlong total = 0;
    for (std::size_t i = 0; 2 * i < ranges.size(); ++i) {
        const jobject element = env->GetObjectArrayElement(buffers, static_cast<jsize>(i));
        kept_->add(env, element);
        const DirectRange part{env, element, ranges[2 * i], ranges[2 * i + 1]};
        env->DeleteLocalRef(element);
        // The byte count of a completion is a Java int.
        total += part.length;
        if (part.address == nullptr || total > INT32_MAX) {
            return false;
        }
        parts_[i] = {part.length, part.address};
    }
    return true;
}

}  // namespace iocp4j::jni
