#include "engine/port/CompletionPort.h"
#include "engine/port/Detached.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// Returns the key of the new device.
jlong JNICALL associate(JNIEnv*, jclass, jlong detached, jlong port) {
    return onPort(port, [&](CompletionPort& found) {
        return resultOf(Detached::associate(static_cast<Detached::Key>(detached), found));
    });
}

jstring JNICALL name(JNIEnv* env, jclass, jlong detached) {
    return objectOf(env, [&] {
        const Share<Detached> found{static_cast<Detached::Key>(detached)};
        return toJava(env, found ? found->name() : std::wstring{});
    });
}

jboolean JNICALL exists(JNIEnv*, jclass, jlong detached) {
    return static_cast<bool>(Share<Detached>{static_cast<Detached::Key>(detached)});
}

void JNICALL close(JNIEnv*, jclass, jlong detached) { Detached::close(static_cast<Detached::Key>(detached)); }

}  // namespace

std::vector<JNINativeMethod> detachedNatives() {
    return {
        native("associate", "(JJ)J", associate),
        native("name", "(J)Ljava/lang/String;", name),
        native("exists", "(J)Z", exists),
        native("close", "(J)V", close),
    };
}

}  // namespace iocp4j::jni
