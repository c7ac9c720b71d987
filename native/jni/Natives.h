#pragma once

#include <jni.h>

#include <vector>

namespace iocp4j::jni {

// The native methods of each Java class.
std::vector<JNINativeMethod> portNatives();
std::vector<JNINativeMethod> pollerNatives();
std::vector<JNINativeMethod> deviceNatives();
std::vector<JNINativeMethod> registeredBufferNatives();
std::vector<JNINativeMethod> rawNatives();
std::vector<JNINativeMethod> namedPipeNatives();
std::vector<JNINativeMethod> fileNatives();
std::vector<JNINativeMethod> socketNatives();
std::vector<JNINativeMethod> detachedNatives();
std::vector<JNINativeMethod> detachedSocketNatives();
std::vector<JNINativeMethod> streamSocketNatives();
std::vector<JNINativeMethod> udpSocketNatives();
std::vector<JNINativeMethod> childPipeNatives();
std::vector<JNINativeMethod> childProcessNatives();
std::vector<JNINativeMethod> adoptedDeviceNatives();
std::vector<JNINativeMethod> mailslotNatives();
std::vector<JNINativeMethod> serialPortNatives();
std::vector<JNINativeMethod> directoryWatchNatives();
std::vector<JNINativeMethod> alertableThreadNatives();
std::vector<JNINativeMethod> waitableObjectNatives();
std::vector<JNINativeMethod> waitableDeviceNatives();
std::vector<JNINativeMethod> consoleInputNatives();
std::vector<JNINativeMethod> jobObjectNatives();

template <class Function>
JNINativeMethod native(const char* name, const char* signature, Function* function) noexcept {
    // jni.h lacks const, but the JVM does not write to these strings.
    return {const_cast<char*>(name), const_cast<char*>(signature), reinterpret_cast<void*>(function)};
}

}  // namespace iocp4j::jni
