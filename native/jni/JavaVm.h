#pragma once

#include <jni.h>

#include <string>

namespace iocp4j::jni {

constexpr jint kVersion = JNI_VERSION_1_8;

// The JVM of this process. Set by JNI_OnLoad.
extern JavaVM* vm;

// The environment of the calling thread, or nullptr if it is not attached.
JNIEnv* environment() noexcept;

// Java and Windows both use UTF-16. The result is empty for null.
std::wstring toWide(JNIEnv* env, jstring text);
jstring toJava(JNIEnv* env, const std::wstring& text) noexcept;

}  // namespace iocp4j::jni
