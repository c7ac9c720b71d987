#include "devices/other/AdoptedDevice.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"
#include "win32/HandleTraits.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL adoptHandle(JNIEnv*, jclass, jlong port, jlong handle, jboolean passed) {
    return onPort(port, [&](CompletionPort& found) {
        const auto raw = reinterpret_cast<HANDLE>(static_cast<std::intptr_t>(handle));
        // win32::Handle treats either value as empty, and CreateIoCompletionPort would create a new port for
        // INVALID_HANDLE_VALUE.
        if (raw == nullptr || raw == INVALID_HANDLE_VALUE) {
            return refused(ERROR_INVALID_HANDLE);
        }
        const auto ownership = passed ? AdoptedDevice::Ownership::kPassed : AdoptedDevice::Ownership::kKept;
        return resultOf(AdoptedDevice::adopt(found, raw, ownership));
    });
}

jlong JNICALL openPath(JNIEnv* env, jclass, jlong port, jstring path, jint access) {
    return onPort(port, [&](CompletionPort& found) {
        return resultOf(AdoptedDevice::open(found, toWide(env, path), static_cast<DWORD>(access)));
    });
}

// The bits that AdoptedDevice.java reads.
jint JNICALL handleTraits(JNIEnv*, jclass, jlong handle) {
    constexpr jint kConsole = 1;
    constexpr jint kSynchronous = 2;
    const win32::HandleTraits traits = win32::traitsOf(reinterpret_cast<HANDLE>(static_cast<std::intptr_t>(handle)));
    return (traits.console ? kConsole : 0) | (traits.synchronous ? kSynchronous : 0);
}

}  // namespace

std::vector<JNINativeMethod> adoptedDeviceNatives() {
    return {
        native("adopt", "(JJZ)J", adoptHandle),
        native("open", "(JLjava/lang/String;I)J", openPath),
        native("traits", "(J)I", handleTraits),
    };
}

}  // namespace iocp4j::jni
