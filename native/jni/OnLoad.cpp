#include <windows.h>

#include "jni/JavaSink.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"

namespace {

// A worker that destroys its own port runs a few instructions after everybody has been told that it is gone. They must
// not be unmapped under it when the JVM unloads the class loader that has loaded us.
void stayLoaded() noexcept {
    HMODULE self = nullptr;
    ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                         reinterpret_cast<LPCWSTR>(&stayLoaded), &self);
}

bool registerNatives(JNIEnv* env) {
    const jclass type = env->FindClass("io/github/iocp4j/Native");
    if (type == nullptr) {
        return false;
    }
    for (const auto& methods :
         {iocp4j::jni::portNatives(), iocp4j::jni::deviceNatives(), iocp4j::jni::namedPipeNatives()}) {
        if (env->RegisterNatives(type, methods.data(), static_cast<jint>(methods.size())) != JNI_OK) {
            return false;
        }
    }
    return true;
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* loadedBy, void*) {
    iocp4j::jni::vm = loadedBy;
    JNIEnv* env = iocp4j::jni::environment();
    if (env == nullptr || !registerNatives(env) || !iocp4j::jni::JavaSink::bind(env)) {
        return JNI_ERR;
    }
    stayLoaded();
    return iocp4j::jni::kVersion;
}
