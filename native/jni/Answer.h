#pragma once

#include <jni.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <system_error>

#include "engine/operation/Refusal.h"
#include "win32/Result.h"

namespace iocp4j::jni {

// What native methods give back: a key or an id, which are positive, or an error with its sign turned (Native.java).
inline jlong refused(win32::ErrorCode error) noexcept { return -static_cast<jlong>(error); }
inline jlong refused(Refusal refusal) noexcept { return refused(code(refusal)); }

template <class T>
jlong answer(const win32::Result<T>& result) noexcept {
    return result ? static_cast<jlong>(*result) : refused(result.error());
}

// Of a call that returns nothing but whether it succeeded: 1 if so.
inline jlong answered(win32::ErrorCode error) noexcept { return error == 0 ? jlong{1} : refused(error); }

// Two counters in one number, each of at most 31 bits, which is never negative.
inline jlong both(std::uint32_t upper, std::uint32_t lower) noexcept {
    constexpr std::uint32_t kMost = 0x7fff'ffff;
    return static_cast<jlong>(std::uint64_t{std::min(upper, kMost)} << 31 | std::min(lower, kMost));
}

// Whether a number is one that the facade would pass. Checked again in native code, where it would do harm.
constexpr bool within(jint number, jint least, jint most) noexcept { return number >= least && number <= most; }

// Runs what may run out of memory or threads; no C++ exception may reach Java.
template <class Body>
jlong answerOf(Body&& body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return refused(Refusal::kOutOfMemory);
    } catch (const std::system_error&) {
        return refused(Refusal::kOutOfMemory);
    }
}

// The same for what gives back an object: then Java gets an OutOfMemoryError.
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
