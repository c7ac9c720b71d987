#include <windows.h>

#include <list>

#include "c/iocp4j.h"
#include "jni/AlertableThread.h"
#include "jni/BufferArray.h"
#include "jni/JavaSink.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Package.h"
#include "jni/PipeListener.h"
#include "win32/Quirks.h"

namespace {

// A worker that destroys its own port runs a few more instructions after it has reported the port's end. The DLL must
// not be unmapped meanwhile, which the JVM would do when it unloads the class loader.
void stayLoaded() noexcept {
    HMODULE self = nullptr;
    ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                         reinterpret_cast<LPCWSTR>(&stayLoaded), &self);
}

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

// A class with native methods. Each kind of device has its own.
struct NativeClass {
    const char* name;
    std::vector<JNINativeMethod> methods;
};

bool registerNatives(JNIEnv* env, const NativeClass& natives) {
    const jclass type = env->FindClass(iocp4j::jni::inPackage(natives.name).c_str());
    if (type == nullptr) {
        return false;
    }
    std::vector<JNINativeMethod> methods = natives.methods;
    std::list<std::string> signatures;
    for (JNINativeMethod& method : methods) {
        method.signature = signatures.emplace_back(iocp4j::jni::inPackage(method.signature)).data();
    }
    const bool registered = env->RegisterNatives(type, methods.data(), static_cast<jint>(methods.size())) == JNI_OK;
    env->DeleteLocalRef(type);
    return registered;
}

bool registerNatives(JNIEnv* env) {
    using namespace iocp4j::jni;
    for (const NativeClass& natives : {
             NativeClass{"io/github/iocp4j/internal/PortNative", portNatives()},
             NativeClass{"io/github/iocp4j/internal/PollerNative", pollerNatives()},
             NativeClass{"io/github/iocp4j/internal/DeviceNative", deviceNatives()},
             NativeClass{"io/github/iocp4j/internal/RegisteredBufferNative", registeredBufferNatives()},
             NativeClass{"io/github/iocp4j/internal/RawNative", rawNatives()},
             NativeClass{"io/github/iocp4j/internal/NamedPipeNative", namedPipeNatives()},
             NativeClass{"io/github/iocp4j/internal/FileNative", fileNatives()},
             NativeClass{"io/github/iocp4j/internal/SocketNative", socketNatives()},
             NativeClass{"io/github/iocp4j/internal/DetachedNative", detachedNatives()},
             NativeClass{"io/github/iocp4j/internal/DetachedSocketNative", detachedSocketNatives()},
             NativeClass{"io/github/iocp4j/internal/StreamSocketNative", streamSocketNatives()},
             NativeClass{"io/github/iocp4j/internal/UdpSocketNative", udpSocketNatives()},
             NativeClass{"io/github/iocp4j/internal/ChildPipeNative", childPipeNatives()},
             NativeClass{"io/github/iocp4j/internal/AdoptedDeviceNative", adoptedDeviceNatives()},
             NativeClass{"io/github/iocp4j/internal/MailslotNative", mailslotNatives()},
             NativeClass{"io/github/iocp4j/internal/SerialPortNative", serialPortNatives()},
             NativeClass{"io/github/iocp4j/internal/DirectoryWatchNative", directoryWatchNatives()},
             NativeClass{"io/github/iocp4j/internal/AlertableThreadNative", alertableThreadNatives()},
             NativeClass{"io/github/iocp4j/internal/WaitableObjectNative", waitableObjectNatives()},
             NativeClass{"io/github/iocp4j/internal/WaitableDeviceNative", waitableDeviceNatives()},
             NativeClass{"io/github/iocp4j/internal/ConsoleInputNative", consoleInputNatives()},
             NativeClass{"io/github/iocp4j/internal/JobObjectNative", jobObjectNatives()},
         }) {
        if (!registerNatives(env, natives)) {
            return false;
        }
    }
    return true;
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* loadedBy, void*) {
    iocp4j::jni::vm = loadedBy;
    JNIEnv* env = iocp4j::jni::environment();
    if (env == nullptr) {
        return JNI_ERR;
    }
    iocp4j::jni::findPackage(env);
    if (!isOfJarsVersion(env) || !registerNatives(env) || !iocp4j::jni::JavaSink::bind(env) ||
        !iocp4j::jni::AlertableThread::bind(env) || !iocp4j::jni::BufferArray::bind(env) ||
        !iocp4j::jni::PipeListener::bind(env)) {
        return JNI_ERR;
    }
    (void)iocp4j::win32::quirks();
    stayLoaded();
    return iocp4j::jni::kVersion;
}

// Called when the class loader of this DLL is unloaded. All ports have ended by then, because an open one keeps its
// loader.
extern "C" JNIEXPORT void JNICALL JNI_OnUnload(JavaVM*, void*) {
    if (JNIEnv* env = iocp4j::jni::environment()) {
        iocp4j::jni::BufferArray::unbind(env);
    }
}
