#include "devices/pipe/ChildPipe.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// The limit of ChildPipe.Builder.
constexpr jint kMaxBuffer = 1 << 24;

jlong JNICALL openChildPipe(JNIEnv*, jclass, jlong port, jint direction, jboolean overlappedChild, jint buffer) {
    if (!within(direction, static_cast<jint>(PipeDirection::kInbound), static_cast<jint>(PipeDirection::kDuplex)) ||
        !within(buffer, 0, kMaxBuffer)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        ChildPipeSettings settings;
        settings.direction = static_cast<PipeDirection>(direction);
        settings.overlappedChild = overlappedChild != JNI_FALSE;
        settings.buffer = static_cast<std::uint32_t>(buffer);
        return resultOf(ChildPipe::open(found, settings));
    });
}

// 0 after closeChildEnd.
jlong JNICALL childEnd(JNIEnv*, jclass, jlong device) {
    return onDevice<ChildPipe>(device, [](ChildPipe& pipe) { return reinterpret_cast<jlong>(pipe.childEnd()); });
}

jlong JNICALL closeChildEnd(JNIEnv*, jclass, jlong device) {
    return onDevice<ChildPipe>(device, [](ChildPipe& pipe) {
        pipe.closeChildEnd();
        return resultOf(ERROR_SUCCESS);
    });
}

}  // namespace

std::vector<JNINativeMethod> childPipeNatives() {
    return {
        native("open", "(JIZI)J", openChildPipe),
        native("childEnd", "(J)J", childEnd),
        native("closeChildEnd", "(J)J", closeChildEnd),
    };
}

}  // namespace iocp4j::jni
