#include "devices/file/DirectoryWatch.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// The limits of DirectoryWatch.Builder.
constexpr jint kLeastBuffers = 2;
constexpr jint kMostBuffers = 16;
constexpr jint kLeastBuffer = 4'096;
constexpr jint kMostBuffer = 1 << 20;
constexpr jint kFilters = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME | FILE_NOTIFY_CHANGE_ATTRIBUTES |
                          FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE | FILE_NOTIFY_CHANGE_LAST_ACCESS |
                          FILE_NOTIFY_CHANGE_CREATION | FILE_NOTIFY_CHANGE_SECURITY;

// Keeps direct buffers alive while a device needs them.
class PinnedBuffers {
public:
    PinnedBuffers() = default;
    PinnedBuffers(const PinnedBuffers&) = delete;
    PinnedBuffers& operator=(const PinnedBuffers&) = delete;
    // The thread that ends a device is a worker or has come from Java, and is attached.
    ~PinnedBuffers() {
        if (JNIEnv* env = environment()) {
            for (const jobject pin : pins_) {
                env->DeleteGlobalRef(pin);
            }
        }
    }

    // The memory of a buffer, or an empty span if Windows cannot write records to it.
    std::span<std::byte> add(JNIEnv* env, jobject buffer) {
        const jlong capacity = buffer != nullptr ? env->GetDirectBufferCapacity(buffer) : 0;
        if (capacity < kLeastBuffer || capacity > kMostBuffer) {
            return {};
        }
        Buffer memory{env, buffer, 0, static_cast<jint>(capacity)};
        if (!memory.valid() || reinterpret_cast<std::uintptr_t>(memory.address()) % sizeof(DWORD) != 0) {
            return {};
        }
        pins_.push_back(static_cast<jobject>(memory.pins().first));
        memory.handOver();
        return std::as_writable_bytes(std::span{memory.address(), memory.length()});
    }

private:
    std::vector<jobject> pins_;
};

jlong JNICALL openWatch(JNIEnv* env, jclass, jlong port, jstring path, jint filter, jboolean recursive,
                        jobjectArray buffers, jlong token) {
    const jsize count = buffers != nullptr ? env->GetArrayLength(buffers) : 0;
    if (!within(count, kLeastBuffers, kMostBuffers) || filter == 0 || (filter & ~kFilters) != 0) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return guarded([&] {
        const auto pinned = std::make_shared<PinnedBuffers>();
        DirectoryWatchBuffers memory{{}, pinned};
        for (jsize i = 0; i < count; ++i) {
            const jobject buffer = env->GetObjectArrayElement(buffers, i);
            memory.parts.push_back(pinned->add(env, buffer));
            env->DeleteLocalRef(buffer);
            if (memory.parts.back().empty()) {
                return refused(EngineError::kBadBuffer);
            }
        }
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        if (!found) {
            return refused(EngineError::kPortClosed);
        }
        DirectoryWatchSettings settings;
        settings.path = toWide(env, path);
        settings.filter = static_cast<std::uint32_t>(filter);
        settings.recursive = recursive != JNI_FALSE;
        settings.token = static_cast<std::uint64_t>(token);
        return resultOf(DirectoryWatch::open(*found, settings, std::move(memory)));
    });
}

jlong JNICALL startWatch(JNIEnv*, jclass, jlong device) {
    return onDevice<DirectoryWatch>(device, [](DirectoryWatch& watch) { return resultOf(watch.start()); });
}

}  // namespace

std::vector<JNINativeMethod> directoryWatchNatives() {
    return {
        native("open", "(JLjava/lang/String;IZ[Ljava/nio/ByteBuffer;J)J", openWatch),
        native("start", "(J)J", startWatch),
    };
}

}  // namespace iocp4j::jni
