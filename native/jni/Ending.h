#pragma once

#include <jni.h>

#include <chrono>

#include "jni/NativeResult.h"

namespace iocp4j::jni {

// Begins to close a port or device, and returns whether it has already ended. Java waits for the end, because a virtual
// thread that waits in native code would block its carrier thread.
template <class T>
jboolean beginClosing(jlong number) noexcept {
    const auto key = static_cast<typename T::Key>(number);
    return guarded([&] {
               T::close(key);
               return jlong{T::awaitClosed(key, std::chrono::steady_clock::now())};
           }) == 1;
}

}  // namespace iocp4j::jni
