#include "c/iocp4j.h"
#include "jni/AlertableThread.h"
#include "jni/BufferArray.h"
#include "jni/JavaSink.h"
#include "jni/JavaVm.h"
#include "jni/NativeClasses.h"
#include "jni/Package.h"
#include "win32/Quirks.h"
#include "win32/StayLoaded.h"

namespace {

// NativeContract.requireVersion compares the version with the jar's and throws. Called first, because nothing else can
// be relied upon in a jar of another version.
bool isOfJarsVersion(JNIEnv* env) {
    const jclass type =
        env->FindClass(iocp4j::jni::inPackage("io/github/iocp4j/internal/loader/NativeContract").c_str());
    if (type == nullptr) {
        return false;
    }
    const jmethodID require = env->GetStaticMethodID(type, "requireVersion", "(Ljava/lang/String;)V");
    const jstring own = require != nullptr ? env->NewStringUTF(iocp4j_version()) : nullptr;
    if (own == nullptr) {
        return false;
    }
    env->CallStaticVoidMethod(type, require, own);
    return !env->ExceptionCheck();
}

// Binds the class that binds all others.
bool bindPortNatives(JNIEnv* env) {
    const std::string name = iocp4j::jni::inPackage("io/github/iocp4j/internal/PortNative");
    const jclass type = env->FindClass(name.c_str());
    return type != nullptr && iocp4j::jni::bindNatives(env, type, name);
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* loadedBy, void*) {
    iocp4j::jni::vm = loadedBy;
    JNIEnv* env = iocp4j::jni::environment();
    if (env == nullptr) {
        return JNI_ERR;
    }
    iocp4j::jni::findPackage(env);
    if (!isOfJarsVersion(env) || !bindPortNatives(env) || !iocp4j::jni::JavaSink::bind(env) ||
        !iocp4j::jni::AlertableThread::bind(env) || !iocp4j::jni::BufferArray::bind(env)) {
        return JNI_ERR;
    }
    (void)iocp4j::win32::quirks();
    iocp4j::win32::stayLoaded();
    return iocp4j::jni::kVersion;
}

// Called when the class loader of this DLL is unloaded. All ports have ended by then, because an open one keeps its
// loader.
extern "C" JNIEXPORT void JNICALL JNI_OnUnload(JavaVM*, void*) {
    if (JNIEnv* env = iocp4j::jni::environment()) {
        iocp4j::jni::BufferArray::unbind(env);
    }
}
