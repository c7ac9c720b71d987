#include <array>

#include "devices/other/WaitableObject.h"
#include "engine/operation/EngineError.h"
#include "jni/AlertableThread.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "win32/AlertableWait.h"

namespace iocp4j::jni {

namespace {

constexpr std::size_t kMaxObjects = MAXIMUM_WAIT_OBJECTS;

// The condition of a wait. AlertableThread.java has the same numbers.
enum class For : jint { kAny, kAll, kMessageOrAny, kOne };
constexpr jint kLastFor = static_cast<jint>(For::kOne);

DWORD timeoutOf(jint milliseconds) noexcept { return milliseconds < 0 ? INFINITE : static_cast<DWORD>(milliseconds); }

// | kind 32 | index 32 |, or the negative error code.
jlong encoded(const win32::WaitOutcome& outcome) noexcept {
    if (outcome.kind == win32::WaitOutcome::Kind::kFailed) {
        return refused(outcome.error);
    }
    return static_cast<jlong>(std::uint64_t{static_cast<std::uint8_t>(outcome.kind)} << 32 | outcome.index);
}

// Shares of the objects with these keys.
class Objects {
public:
    Objects(JNIEnv* env, jlongArray keys) noexcept {
        std::array<jlong, kMaxObjects> named{};
        const jsize length = keys != nullptr ? env->GetArrayLength(keys) : 0;
        if (length > static_cast<jsize>(kMaxObjects)) {
            return;
        }
        if (length > 0) {
            env->GetLongArrayRegion(keys, 0, length, named.data());
        }
        for (; count_ < static_cast<std::size_t>(length); ++count_) {
            Share<WaitableObject> object{static_cast<WaitableObject::Key>(named[count_])};
            if (!object) {
                return;
            }
            handles_[count_] = object->handle();
            objects_[count_] = object.detach();
        }
        valid_ = true;
    }
    Objects(const Objects&) = delete;
    Objects& operator=(const Objects&) = delete;
    ~Objects() {
        for (std::size_t i = 0; i < count_; ++i) {
            Share<WaitableObject>::end(objects_[i]);
        }
    }

    // Returns true if all keys were valid.
    bool valid() const noexcept { return valid_; }
    std::span<const HANDLE> handles() const noexcept { return std::span{handles_}.first(count_); }

private:
    std::array<HANDLE, kMaxObjects> handles_{};
    std::array<WaitableObject*, kMaxObjects> objects_{};
    std::size_t count_ = 0;
    bool valid_ = false;
};

jlong JNICALL open(JNIEnv* env, jclass, jobject self) {
    return guarded([&] { return resultOf(AlertableThread::open(env, self)); });
}

jboolean JNICALL queue(JNIEnv*, jclass, jlong thread) {
    const Share<AlertableThread> found{static_cast<AlertableThread::Key>(thread)};
    return found && found->queue() ? JNI_TRUE : JNI_FALSE;
}

void JNICALL close(JNIEnv*, jclass, jlong thread) { AlertableThread::close(static_cast<AlertableThread::Key>(thread)); }

jlong JNICALL sleep(JNIEnv*, jclass, jint milliseconds) {
    const AlertableThread::Waiting here;
    return encoded(win32::alertableSleep(timeoutOf(milliseconds)));
}

jlong JNICALL await(JNIEnv* env, jclass, jlongArray keys, jint what, jint milliseconds) {
    const Objects objects{env, keys};
    if (!objects.valid()) {
        return refused(EngineError::kBadObject);
    }
    const auto handles = objects.handles();
    if (!within(what, 0, kLastFor) || (static_cast<For>(what) == For::kOne && handles.empty())) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    const AlertableThread::Waiting here;
    switch (static_cast<For>(what)) {
        case For::kOne:
            return encoded(win32::alertableWait(handles.front(), timeoutOf(milliseconds)));
        case For::kMessageOrAny:
            return encoded(win32::alertableWaitForMessage(handles, timeoutOf(milliseconds)));
        default:
            return encoded(win32::alertableWait(handles, static_cast<For>(what) == For::kAll, timeoutOf(milliseconds)));
    }
}

jlong JNICALL signalAndAwait(JNIEnv*, jclass, jlong signalled, jlong object, jint milliseconds) {
    const Share<WaitableObject> first{static_cast<WaitableObject::Key>(signalled)};
    const Share<WaitableObject> second{static_cast<WaitableObject::Key>(object)};
    if (!first || !second) {
        return refused(EngineError::kBadObject);
    }
    const AlertableThread::Waiting here;
    return encoded(win32::signalAndAlertableWait(first->handle(), second->handle(), timeoutOf(milliseconds)));
}

}  // namespace

std::vector<JNINativeMethod> alertableThreadNatives() {
    return {
        native("open", "(Ljava/lang/Runnable;)J", open),
        native("queue", "(J)Z", queue),
        native("close", "(J)V", close),
        native("sleep", "(I)J", sleep),
        native("await", "([JII)J", await),
        native("signalAndAwait", "(JJI)J", signalAndAwait),
    };
}

}  // namespace iocp4j::jni
