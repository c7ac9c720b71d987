#include "jni/BufferArray.h"

#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

namespace iocp4j::jni {

namespace {

// java.lang.Object, for arrays of objects.
jclass objectClass = nullptr;

// The number of unused arrays that are kept.
constexpr std::uint32_t kMostUnused = 256;

std::mutex mutex;               // guards everything below
BufferArray* unused = nullptr;  // a list
std::uint32_t unusedCount = 0;

}  // namespace

bool BufferArray::bind(JNIEnv* env) noexcept {
    const jclass type = env->FindClass("java/lang/Object");
    objectClass = type != nullptr ? static_cast<jclass>(env->NewGlobalRef(type)) : nullptr;
    return objectClass != nullptr;
}

void BufferArray::unbind(JNIEnv* env) noexcept {
    while (unused != nullptr) {
        BufferArray* array = std::exchange(unused, unused->next_);
        env->DeleteGlobalRef(array->array_);
        delete array;
    }
    unusedCount = 0;
    env->DeleteGlobalRef(objectClass);
    objectClass = nullptr;
}

BufferArray* BufferArray::take(JNIEnv* env) noexcept {
    {
        const std::lock_guard lock{mutex};
        if (unused != nullptr) {
            --unusedCount;
            return std::exchange(unused, unused->next_);
        }
    }
    const jobjectArray array = env->NewObjectArray(kCapacity, objectClass, nullptr);
    if (array == nullptr) {
        env->ExceptionClear();
        return nullptr;
    }
    const auto reference = static_cast<jobjectArray>(env->NewGlobalRef(array));
    env->DeleteLocalRef(array);
    auto* made = reference != nullptr ? new (std::nothrow) BufferArray{reference} : nullptr;
    if (made == nullptr && reference != nullptr) {
        env->DeleteGlobalRef(reference);
    }
    return made;
}

void BufferArray::release(JNIEnv* env) noexcept {
    while (count_ > 0) {
        env->SetObjectArrayElement(array_, --count_, nullptr);
    }
    {
        const std::lock_guard lock{mutex};
        if (unusedCount < kMostUnused) {
            ++unusedCount;
            next_ = std::exchange(unused, this);
            return;
        }
    }
    env->DeleteGlobalRef(array_);
    delete this;
}

}  // namespace iocp4j::jni
