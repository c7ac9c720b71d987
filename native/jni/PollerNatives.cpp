#include "engine/port/CompletionPort.h"
#include "engine/port/Poller.h"
#include "jni/AlertableThread.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL open(JNIEnv*, jclass, jlong port) {
    const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
    return found ? resultOf(Poller::open(*found)) : refused(EngineError::kPortClosed);
}

// The buffer must not be used after the end of the poller's port. CompletionBatch ensures that: its size is 0 outside a
// delivery.
jobject JNICALL records(JNIEnv* env, jclass, jlong poller) {
    const Share<Poller> found{static_cast<Poller::Key>(poller)};
    if (!found) {
        return nullptr;
    }
    const Share<CompletionPort> port{found->portKey()};
    if (!port) {
        return nullptr;
    }
    const auto memory = found->memory();
    return env->NewDirectByteBuffer(memory.data(), static_cast<jlong>(memory.size_bytes()));
}

// | woken 1 | interrupted 1 | count 32 |, or the negative error code.
jlong JNICALL poll(JNIEnv*, jclass, jlong poller, jint milliseconds, jboolean alertable, jboolean delivers) {
    const auto polled = [&] {
        const AlertableThread::Waiting here;
        return Poller::poll(static_cast<Poller::Key>(poller),
                            milliseconds < 0 ? INFINITE : static_cast<DWORD>(milliseconds), alertable == JNI_TRUE,
                            delivers == JNI_TRUE);
    }();
    if (!polled) {
        return refused(polled.error());
    }
    return static_cast<jlong>(std::uint64_t{polled->woken} << 33 | std::uint64_t{polled->interrupted} << 32 |
                              polled->count);
}

void JNICALL delivered(JNIEnv*, jclass, jlong poller) { Poller::delivered(static_cast<Poller::Key>(poller)); }

void JNICALL close(JNIEnv*, jclass, jlong poller) { Poller::close(static_cast<Poller::Key>(poller)); }

}  // namespace

std::vector<JNINativeMethod> pollerNatives() {
    return {
        native("open", "(J)J", open),    native("records", "(J)Ljava/nio/ByteBuffer;", records),
        native("poll", "(JIZZ)J", poll), native("delivered", "(J)V", delivered),
        native("close", "(J)V", close),
    };
}

}  // namespace iocp4j::jni
