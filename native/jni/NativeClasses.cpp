#include "jni/NativeClasses.h"

#include <array>
#include <list>
#include <string>

#include "jni/Natives.h"
#include "jni/Package.h"

namespace iocp4j::jni {

namespace {

// A class with native methods. Each kind of device has its own, which Java binds when it first uses it: a program pays
// only for the classes that it needs.
struct NativeClass {
    std::string_view name;
    std::vector<JNINativeMethod> (*methods)();
};

constexpr std::array kClasses{
    NativeClass{"io/github/iocp4j/internal/PortNative", &portNatives},
    NativeClass{"io/github/iocp4j/internal/PollerNative", &pollerNatives},
    NativeClass{"io/github/iocp4j/internal/DeviceNative", &deviceNatives},
    NativeClass{"io/github/iocp4j/internal/RegisteredBufferNative", &registeredBufferNatives},
    NativeClass{"io/github/iocp4j/internal/RawNative", &rawNatives},
    NativeClass{"io/github/iocp4j/internal/NamedPipeNative", &namedPipeNatives},
    NativeClass{"io/github/iocp4j/internal/FileNative", &fileNatives},
    NativeClass{"io/github/iocp4j/internal/SocketNative", &socketNatives},
    NativeClass{"io/github/iocp4j/internal/DetachedNative", &detachedNatives},
    NativeClass{"io/github/iocp4j/internal/DetachedSocketNative", &detachedSocketNatives},
    NativeClass{"io/github/iocp4j/internal/StreamSocketNative", &streamSocketNatives},
    NativeClass{"io/github/iocp4j/internal/UdpSocketNative", &udpSocketNatives},
    NativeClass{"io/github/iocp4j/internal/ChildPipeNative", &childPipeNatives},
    NativeClass{"io/github/iocp4j/internal/ChildProcessNative", &childProcessNatives},
    NativeClass{"io/github/iocp4j/internal/AdoptedDeviceNative", &adoptedDeviceNatives},
    NativeClass{"io/github/iocp4j/internal/MailslotNative", &mailslotNatives},
    NativeClass{"io/github/iocp4j/internal/SerialPortNative", &serialPortNatives},
    NativeClass{"io/github/iocp4j/internal/DirectoryWatchNative", &directoryWatchNatives},
    NativeClass{"io/github/iocp4j/internal/AlertableThreadNative", &alertableThreadNatives},
    NativeClass{"io/github/iocp4j/internal/WaitableObjectNative", &waitableObjectNatives},
    NativeClass{"io/github/iocp4j/internal/WaitableDeviceNative", &waitableDeviceNatives},
    NativeClass{"io/github/iocp4j/internal/ConsoleInputNative", &consoleInputNatives},
    NativeClass{"io/github/iocp4j/internal/JobObjectNative", &jobObjectNatives},
};

bool bind(JNIEnv* env, jclass type, std::vector<JNINativeMethod> methods) {
    std::list<std::string> signatures;
    for (JNINativeMethod& method : methods) {
        method.signature = signatures.emplace_back(inPackage(method.signature)).data();
    }
    return env->RegisterNatives(type, methods.data(), static_cast<jint>(methods.size())) == JNI_OK;
}

}  // namespace

bool bindNatives(JNIEnv* env, jclass type, std::string_view name) {
    for (const NativeClass& natives : kClasses) {
        if (inPackage(natives.name) == name) {
            return bind(env, type, natives.methods());
        }
    }
    return false;
}

}  // namespace iocp4j::jni
