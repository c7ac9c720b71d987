#pragma once

#include <jni.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <system_error>

#include "engine/operation/EngineError.h"
#include "win32/Result.h"

namespace iocp4j::jni {

// A native method returns a key or an id, which are positive, or the negative of an error code (PortNative.java).
inline jlong refused(win32::ErrorCode error) noexcept { return -static_cast<jlong>(error); }
inline jlong refused(EngineError refusal) noexcept { return refused(code(refusal)); }

template <class T>
jlong resultOf(const win32::Result<T>& result) noexcept {
    return result ? static_cast<jlong>(*result) : refused(result.error());
}

// For a call without a value: returns 1 on success.
inline jlong resultOf(win32::ErrorCode error) noexcept { return error == 0 ? jlong{1} : refused(error); }

// Two counters of 31 bits each in one number, which is never negative.
inline jlong both(std::uint32_t upper, std::uint32_t lower) noexcept {
    constexpr std::uint32_t kMost = 0x7fff'ffff;
    return static_cast<jlong>(std::uint64_t{std::min(upper, kMost)} << 31 | std::min(lower, kMost));
}

// Java has checked this range. Native code checks it again, because it cannot trust its caller.
constexpr bool within(jint number, jint least, jint most) noexcept { return number >= least && number <= most; }

// Runs code that may throw for lack of memory or threads, because no C++ exception may reach Java.
template <class Body>
jlong guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return refused(EngineError::kOutOfMemory);
    } catch (const std::system_error&) {
        return refused(EngineError::kOutOfMemory);
    }
}

// The same for a method that returns an object. For lack of memory Java gets an OutOfMemoryError.
template <class Body>
auto objectOf(JNIEnv* env, Body&& body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        if (const jclass type = env->FindClass("java/lang/OutOfMemoryError")) {
            env->ThrowNew(type, "native memory");
        }
        return nullptr;
    }
}

}  // namespace iocp4j::jni
