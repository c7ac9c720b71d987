#pragma once

#include <jni.h>

namespace iocp4j::jni {

// A Java array that keeps the buffers of one operation alive. Arrays are used again, so that an operation creates no
// object.
class BufferArray {
public:
    // The largest number of buffers (Buffers.MAX_PARTS in Java).
    static constexpr jsize kCapacity = 64;

    // Called before the first array is taken and when the DLL is unloaded. bind() returns false with a pending Java
    // exception.
    static bool bind(JNIEnv* env) noexcept;
    static void unbind(JNIEnv* env) noexcept;

    // Returns an array without buffers, or nullptr if memory is exhausted. release() ends its use.
    static BufferArray* take(JNIEnv* env) noexcept;
    void release(JNIEnv* env) noexcept;

    void add(JNIEnv* env, jobject buffer) noexcept { env->SetObjectArrayElement(array_, count_++, buffer); }

private:
    explicit BufferArray(jobjectArray array) noexcept : array_(array) {}

    const jobjectArray array_;  // a global reference
    jsize count_ = 0;
    BufferArray* next_ = nullptr;  // in the list of unused arrays
};

}  // namespace iocp4j::jni
