#pragma once

#include <jni.h>

#include <string_view>

namespace iocp4j::jni {

// Binds the native methods of the class with that name, as in "io/github/iocp4j/internal/PortNative". Returns false
// with a pending exception if the class lacks one of them, and without one if no class of that name has native methods.
bool bindNatives(JNIEnv* env, jclass type, std::string_view name);

}  // namespace iocp4j::jni
