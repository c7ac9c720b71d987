#include <vector>

#include "devices/file/OverlappedFile.h"
#include "engine/operation/Operation.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// The flags that OverlappedFile.Builder can set.
constexpr DWORD kAccess = GENERIC_READ | GENERIC_WRITE | FILE_APPEND_DATA;
constexpr DWORD kShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr DWORD kFlags = FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_NO_BUFFERING | FILE_FLAG_WRITE_THROUGH |
                         FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_RANDOM_ACCESS | FILE_ATTRIBUTE_TEMPORARY;

// The size of a segment: one page.
constexpr std::uint32_t kPage = 4096;

// The pages of an array of direct buffers. Each buffer must be aligned to a page and consist of whole pages.
class Segments : public Pinned {
public:
    Segments(JNIEnv* env, jobjectArray buffers) : Pinned(env) {
        const jsize count = buffers != nullptr ? env->GetArrayLength(buffers) : 0;
        for (jsize i = 0; i < count; ++i) {
            const jobject buffer = env->GetObjectArrayElement(buffers, i);
            const bool added =
                buffer != nullptr && add(env->GetDirectBufferAddress(buffer), env->GetDirectBufferCapacity(buffer));
            env->DeleteLocalRef(buffer);
            if (!added) {
                return;
            }
        }
        elements_.push_back({});
        if (length_ > 0) {
            hold(buffers);
        }
    }

    FILE_SEGMENT_ELEMENT* elements() noexcept { return elements_.data(); }
    std::uint32_t length() const noexcept { return static_cast<std::uint32_t>(length_); }

private:
    bool add(void* address, jlong capacity) {
        if (address == nullptr || capacity <= 0 || capacity % kPage != 0 ||
            reinterpret_cast<std::uintptr_t>(address) % kPage != 0 || length_ + capacity > INT32_MAX) {
            return false;
        }
        length_ += capacity;
        for (jlong at = 0; at < capacity; at += kPage) {
            FILE_SEGMENT_ELEMENT element{};
            element.Buffer = static_cast<char*>(address) + at;
            elements_.push_back(element);
        }
        return true;
    }

    std::vector<FILE_SEGMENT_ELEMENT> elements_;
    jlong length_ = 0;
};

// For a call without a value: returns 0 on success.
jlong done(win32::ErrorCode error) noexcept { return error == ERROR_SUCCESS ? 0 : refused(error); }

jlong JNICALL openFile(JNIEnv* env, jclass, jlong port, jstring path, jint access, jint share, jint disposition,
                       jint flags) {
    OverlappedFileSettings settings;
    settings.access = static_cast<DWORD>(access);
    settings.share = static_cast<DWORD>(share);
    settings.disposition = static_cast<DWORD>(disposition);
    settings.flags = static_cast<DWORD>(flags);
    if ((settings.access & ~kAccess) != 0 || (settings.share & ~kShare) != 0 || (settings.flags & ~kFlags) != 0 ||
        !within(disposition, CREATE_NEW, TRUNCATE_EXISTING)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        settings.path = toWide(env, path);
        return resultOf(OverlappedFile::open(found, settings));
    });
}

jlong JNICALL alignment(JNIEnv*, jclass, jlong device) {
    return onDevice<OverlappedFile>(device, [](OverlappedFile& file) { return jlong{file.alignment()}; });
}

template <class Start>
jlong submitSegments(JNIEnv* env, jlong device, Opcode opcode, jobjectArray buffers, jlong position, jlong token,
                     jint milliseconds, Start&& start) noexcept {
    return guarded([&] {
        Segments segments{env, buffers};
        return submit<OverlappedFile>(device, opcode, segments, token, milliseconds,
                                      [&](OverlappedFile& file, Operation& operation) {
                                          operation.setPosition(static_cast<std::uint64_t>(position));
                                          return start(file, operation, segments);
                                      });
    });
}

jlong JNICALL readScatter(JNIEnv* env, jclass, jlong device, jobjectArray buffers, jlong position, jlong token,
                          jint milliseconds) {
    return submitSegments(env, device, Opcode::kRead, buffers, position, token, milliseconds,
                          [](OverlappedFile& file, Operation& operation, Segments& segments) {
                              return file.readScatter(operation, segments.elements(), segments.length());
                          });
}

jlong JNICALL writeGather(JNIEnv* env, jclass, jlong device, jobjectArray buffers, jlong position, jlong token,
                          jint milliseconds) {
    return submitSegments(env, device, Opcode::kWrite, buffers, position, token, milliseconds,
                          [](OverlappedFile& file, Operation& operation, Segments& segments) {
                              return file.writeGather(operation, segments.elements(), segments.length());
                          });
}

jlong JNICALL lock(JNIEnv*, jclass, jlong device, jlong position, jlong length, jboolean exclusive,
                   jboolean failImmediately, jlong token, jint milliseconds) {
    const DWORD flags = (exclusive != JNI_FALSE ? DWORD{LOCKFILE_EXCLUSIVE_LOCK} : 0) |
                        (failImmediately != JNI_FALSE ? DWORD{LOCKFILE_FAIL_IMMEDIATELY} : 0);
    Pinned none;
    return submit<OverlappedFile>(device, Opcode::kLock, none, token, milliseconds,
                                  [&](OverlappedFile& file, Operation& operation) {
                                      operation.setPosition(static_cast<std::uint64_t>(position));
                                      return file.lock(operation, flags, static_cast<std::uint64_t>(length));
                                  });
}

jlong JNICALL tryLock(JNIEnv*, jclass, jlong device, jlong position, jlong length, jboolean exclusive) {
    return onDevice<OverlappedFile>(device, [&](OverlappedFile& file) {
        return done(file.tryLock(exclusive != JNI_FALSE ? DWORD{LOCKFILE_EXCLUSIVE_LOCK} : 0,
                                 static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(length)));
    });
}

jlong JNICALL identity(JNIEnv* env, jclass, jlong device, jlongArray into) {
    return onDevice<OverlappedFile>(device, [&](OverlappedFile& file) {
        const auto found = file.identity();
        if (!found) {
            return refused(found.error());
        }
        constexpr auto kLength = static_cast<jsize>(std::tuple_size_v<OverlappedFile::Identity>);
        if (into == nullptr || env->GetArrayLength(into) < kLength) {
            return refused(ERROR_INVALID_PARAMETER);
        }
        env->SetLongArrayRegion(into, 0, kLength, reinterpret_cast<const jlong*>(found->data()));
        return jlong{0};
    });
}

jlong JNICALL unlock(JNIEnv*, jclass, jlong device, jlong position, jlong length) {
    return onDevice<OverlappedFile>(device, [&](OverlappedFile& file) {
        return done(file.unlock(static_cast<std::uint64_t>(position), static_cast<std::uint64_t>(length)));
    });
}

jlong JNICALL size(JNIEnv*, jclass, jlong device) {
    return onDevice<OverlappedFile>(device, [](OverlappedFile& file) { return resultOf(file.size()); });
}

jlong JNICALL setSize(JNIEnv*, jclass, jlong device, jlong size) {
    return onDevice<OverlappedFile>(
        device, [&](OverlappedFile& file) { return done(file.setSize(static_cast<std::uint64_t>(size))); });
}

jlong JNICALL flush(JNIEnv*, jclass, jlong device) {
    return onDevice<OverlappedFile>(device, [](OverlappedFile& file) { return done(file.flush()); });
}

jlong JNICALL setSparse(JNIEnv*, jclass, jlong device) {
    return onDevice<OverlappedFile>(device, [](OverlappedFile& file) { return done(file.setSparse()); });
}

jlong JNICALL setCompressed(JNIEnv*, jclass, jlong device, jboolean compressed) {
    return onDevice<OverlappedFile>(
        device, [&](OverlappedFile& file) { return done(file.setCompressed(compressed != JNI_FALSE)); });
}

jlong JNICALL copyMetadata(JNIEnv*, jclass, jlong source, jlong target) {
    return onDevice<OverlappedFile>(source, [&](OverlappedFile& from) {
        return onDevice<OverlappedFile>(target,
                                        [&](OverlappedFile& file) { return done(file.copyMetadataFrom(from)); });
    });
}

}  // namespace

std::vector<JNINativeMethod> fileNatives() {
    return {
        native("open", "(JLjava/lang/String;IIII)J", openFile),
        native("alignment", "(J)J", alignment),
        native("readScatter", "(J[Ljava/nio/ByteBuffer;JJI)J", readScatter),
        native("writeGather", "(J[Ljava/nio/ByteBuffer;JJI)J", writeGather),
        native("lock", "(JJJZZJI)J", lock),
        native("tryLock", "(JJJZ)J", tryLock),
        native("unlock", "(JJJ)J", unlock),
        native("identity", "(J[J)J", identity),
        native("size", "(J)J", size),
        native("setSize", "(JJ)J", setSize),
        native("flush", "(J)J", flush),
        native("setSparse", "(J)J", setSparse),
        native("setCompressed", "(JZ)J", setCompressed),
        native("copyMetadata", "(JJ)J", copyMetadata),
    };
}

}  // namespace iocp4j::jni
