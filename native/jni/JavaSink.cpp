#include "jni/JavaSink.h"

#include <windows.h>

#include <new>

#include "jni/JavaVm.h"
#include "jni/Package.h"
#include "jni/Pinned.h"

namespace iocp4j::jni {

namespace {

// The Java methods catch all exceptions, except for a stack overflow in themselves. Set by bind(). Valid while a
// dispatcher exists, because it keeps its class loaded.
struct Dispatcher {
    jmethodID openBatch = nullptr;
    jmethodID deliver = nullptr;
    jmethodID portLost = nullptr;
    jmethodID deviceClosed = nullptr;
    jmethodID portClosed = nullptr;
} dispatcherClass;

// The "modified UTF-8" of JNI: each UTF-16 unit is encoded by itself, and NUL takes two bytes. With standard UTF-8 the
// JVM cuts the name off at a four-byte character.
std::string toModifiedUtf8(std::wstring_view text) {
    std::string result;
    const auto append = [&result](unsigned byte) { result.push_back(static_cast<char>(byte)); };
    for (const wchar_t character : text) {
        const unsigned unit = character;
        if (unit != 0 && unit < 0x80) {
            append(unit);
        } else if (unit < 0x800) {
            append(0xc0 | unit >> 6);
            append(0x80 | (unit & 0x3f));
        } else {
            append(0xe0 | unit >> 12);
            append(0x80 | (unit >> 6 & 0x3f));
            append(0x80 | (unit & 0x3f));
        }
    }
    return result;
}

JNIEnv* attach(const std::string& threadName) {
    std::string name{threadName};
    JavaVMAttachArgs arguments{kVersion, name.data(), nullptr};
    void* env = nullptr;
    return vm->AttachCurrentThreadAsDaemon(&env, &arguments) == JNI_OK ? static_cast<JNIEnv*>(env) : nullptr;
}

}  // namespace

bool JavaSink::bind(JNIEnv* env) {
    const jclass type = env->FindClass(inPackage("io/github/iocp4j/internal/CompletionReceiver").c_str());
    if (type == nullptr) {
        return false;
    }
    dispatcherClass.openBatch = env->GetMethodID(
        type, "openBatch", inPackage("(ILjava/nio/ByteBuffer;)Lio/github/iocp4j/CompletionBatch;").c_str());
    if (dispatcherClass.openBatch == nullptr) {
        return false;
    }
    dispatcherClass.deliver =
        env->GetMethodID(type, "deliver", inPackage("(Lio/github/iocp4j/CompletionBatch;I)V").c_str());
    if (dispatcherClass.deliver == nullptr) {
        return false;
    }
    dispatcherClass.portLost = env->GetMethodID(type, "portLost", "(I)V");
    if (dispatcherClass.portLost == nullptr) {
        return false;
    }
    dispatcherClass.deviceClosed = env->GetMethodID(type, "deviceClosed", "(J)V");
    if (dispatcherClass.deviceClosed == nullptr) {
        return false;
    }
    dispatcherClass.portClosed = env->GetMethodID(type, "portClosed", "()V");
    return dispatcherClass.portClosed != nullptr;
}

JavaSink::JavaSink(JNIEnv* env, jobject dispatcher, std::wstring portName, unsigned workers)
    : portName_(std::move(portName)), lanes_(workers), dispatcher_(env->NewGlobalRef(dispatcher)) {
    if (dispatcher_ == nullptr) {
        throw std::bad_alloc{};
    }
}

JavaSink::~JavaSink() {
    // The last worker, which destroys the port, is already detached.
    const AttachedThread thread{"iocp4j-port-closed"};
    if (JNIEnv* env = thread.env()) {
        env->CallVoidMethod(dispatcher_, dispatcherClass.portClosed);
        clearException(env);
        env->DeleteGlobalRef(dispatcher_);
    }
}

bool JavaSink::workerStarted(unsigned worker, std::span<CompletionRecord> memory) noexcept {
    try {
        JNIEnv* env = attach(toModifiedUtf8(portName_) + "-worker-" + std::to_string(worker));
        if (env == nullptr) {
            return false;
        }
        Lane& lane = lanes_[worker];
        if (const jobject buffer = env->NewDirectByteBuffer(memory.data(), static_cast<jlong>(memory.size_bytes()))) {
            const jobject batch =
                env->CallObjectMethod(dispatcher_, dispatcherClass.openBatch, static_cast<jint>(worker), buffer);
            if (batch != nullptr && !env->ExceptionCheck()) {
                lane.batch = env->NewGlobalRef(batch);
            }
        }
        clearException(env);
        if (lane.batch == nullptr) {
            vm->DetachCurrentThread();
            return false;
        }
        lane.env = env;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void JavaSink::deliver(unsigned worker, std::span<const CompletionRecord> records) noexcept {
    const Lane& lane = lanes_[worker];
    lane.env->CallVoidMethod(dispatcher_, dispatcherClass.deliver, lane.batch, static_cast<jint>(records.size()));
    clearException(lane.env);
}

void JavaSink::workerStopped(unsigned worker) noexcept {
    Lane& lane = lanes_[worker];
    lane.env->DeleteGlobalRef(lane.batch);
    vm->DetachCurrentThread();
}

void JavaSink::unpin(Pins pins) noexcept { jni::unpin(pins); }

void JavaSink::portLost(std::uint32_t error) noexcept {
    // A worker is attached, and a poll has come from Java.
    JNIEnv* env = environment();
    if (env == nullptr) {
        return;
    }
    env->CallVoidMethod(dispatcher_, dispatcherClass.portLost, static_cast<jint>(error));
    clearException(env);
}

void JavaSink::deviceClosed(std::uint64_t key) noexcept {
    // The thread that ends a device's last share is a worker or has come from Java, and is attached. Only a wait for a
    // pipe may end on a thread of the thread pool.
    const AttachedThread thread{"iocp4j-device-closed"};
    if (JNIEnv* env = thread.env()) {
        env->CallVoidMethod(dispatcher_, dispatcherClass.deviceClosed, static_cast<jlong>(key));
        clearException(env);
    }
}

}  // namespace iocp4j::jni
