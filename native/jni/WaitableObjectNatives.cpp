#include "devices/other/WaitableObject.h"
#include "engine/operation/EngineError.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "win32/Calls.h"
#include "win32/HandleCopy.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openEvent(JNIEnv*, jclass, jboolean manualReset) {
    return guarded([&] {
        return resultOf(WaitableObject::open(
            win32::Handle{::CreateEventW(nullptr, manualReset == JNI_TRUE ? TRUE : FALSE, FALSE, nullptr)}));
    });
}

jlong JNICALL openProcess(JNIEnv*, jclass, jint process) {
    return guarded([&] {
        const auto id = static_cast<DWORD>(process);
        win32::Handle opened{::OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id)};
        if (!opened) {
            // Without the right to query, the wait works, but not exitCode.
            opened = win32::Handle{::OpenProcess(SYNCHRONIZE, FALSE, id)};
        }
        return resultOf(WaitableObject::open(std::move(opened)));
    });
}

// Duplicates the handle with the same rights. The caller still owns its own handle.
jlong JNICALL duplicate(JNIEnv*, jclass, jlong handle) {
    return guarded([&] {
        auto copy = win32::copyOf(reinterpret_cast<HANDLE>(handle));
        return copy ? resultOf(WaitableObject::open(std::move(*copy))) : refused(copy.error());
    });
}

template <class Call>
jlong change(jlong object, const Call& call) noexcept {
    const Share<WaitableObject> found{static_cast<WaitableObject::Key>(object)};
    return found ? resultOf(win32::outcome(call(found->handle()))) : refused(EngineError::kBadObject);
}

jlong JNICALL signal(JNIEnv*, jclass, jlong object) {
    return change(object, [](HANDLE event) { return ::SetEvent(event); });
}

jlong JNICALL reset(JNIEnv*, jclass, jlong object) {
    return change(object, [](HANDLE event) { return ::ResetEvent(event); });
}

// The exit code is unsigned, so that a negative result is an error code.
jlong JNICALL exitCode(JNIEnv*, jclass, jlong object) {
    const Share<WaitableObject> found{static_cast<WaitableObject::Key>(object)};
    if (!found) {
        return refused(EngineError::kBadObject);
    }
    DWORD code = 0;
    return ::GetExitCodeProcess(found->handle(), &code) ? jlong{code} : refused(::GetLastError());
}

void JNICALL close(JNIEnv*, jclass, jlong object) { WaitableObject::close(static_cast<WaitableObject::Key>(object)); }

}  // namespace

std::vector<JNINativeMethod> waitableObjectNatives() {
    return {
        native("openEvent", "(Z)J", openEvent), native("openProcess", "(I)J", openProcess),
        native("duplicate", "(J)J", duplicate), native("signal", "(J)J", signal),
        native("reset", "(J)J", reset),         native("exitCode", "(J)J", exitCode),
        native("close", "(J)V", close),
    };
}

}  // namespace iocp4j::jni
