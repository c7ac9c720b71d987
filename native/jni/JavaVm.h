#pragma once

#include <jni.h>

#include <string>

namespace iocp4j::jni {

constexpr jint kVersion = JNI_VERSION_1_8;

// The JVM of this process. Set by JNI_OnLoad.
extern JavaVM* vm;

// The environment of the calling thread, or nullptr if it is not attached.
JNIEnv* environment() noexcept;

// Attaches the calling thread to the JVM as a daemon, unless it is attached, until the end of the scope.
class AttachedThread {
public:
    explicit AttachedThread(const char* name) noexcept;
    AttachedThread(const AttachedThread&) = delete;
    AttachedThread& operator=(const AttachedThread&) = delete;
    ~AttachedThread();

    // Returns nullptr if the JVM refuses the thread.
    JNIEnv* env() const noexcept { return env_; }

private:
    JNIEnv* env_;
    bool attached_ = false;  // here
};

// JNI allows no call while an exception is pending. Prints and clears it.
void clearException(JNIEnv* env) noexcept;

// Java and Windows both use UTF-16. The result is empty for null.
std::wstring toWide(JNIEnv* env, jstring text);
jstring toJava(JNIEnv* env, const std::wstring& text) noexcept;

}  // namespace iocp4j::jni
