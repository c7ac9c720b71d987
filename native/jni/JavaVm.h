#pragma once

#include <jni.h>

#include <string>

namespace iocp4j::jni {

constexpr jint kVersion = JNI_VERSION_1_8;

// The one JVM of this process, from JNI_OnLoad on.
extern JavaVM* vm;

// The calling thread's environment, or nullptr when it is not attached.
JNIEnv* environment() noexcept;

// Java's text as Win32 takes it, empty for null. Java and Windows agree on UTF-16.
std::wstring toWide(JNIEnv* env, jstring text);
jstring toJava(JNIEnv* env, const std::wstring& text) noexcept;

}  // namespace iocp4j::jni
