#include "jni/AlertableThread.h"

#include <memory>

#include "engine/operation/EngineError.h"
#include "jni/JavaVm.h"

namespace iocp4j::jni {

namespace {

// Distinct from the kinds in keys of devices, ports, registered buffers, pollers and waitable objects.
constexpr std::uint8_t kThreadKind = 5;

// Set by bind(). Valid while an object of the class exists.
jmethodID runQueued = nullptr;

}  // namespace

SlotTable<AlertableThread>& AlertableThread::table() noexcept {
    // Never destroyed, because APCs may still be queued while the process exits.
    static auto& threads = *new SlotTable<AlertableThread>{kThreadKind};
    return threads;
}

bool AlertableThread::bind(JNIEnv* env) {
    const jclass type = env->FindClass("java/lang/Runnable");
    if (type != nullptr) {
        runQueued = env->GetMethodID(type, "run", "()V");
    }
    return runQueued != nullptr;
}

win32::Result<AlertableThread::Key> AlertableThread::open(JNIEnv* env, jobject self) {
    using Opened = win32::Result<Key>;
    win32::Handle handle{::OpenThread(THREAD_SET_CONTEXT, FALSE, ::GetCurrentThreadId())};
    if (!handle) {
        return Opened::failure(::GetLastError());
    }
    const jobject reference = self != nullptr ? env->NewGlobalRef(self) : nullptr;
    if (reference == nullptr) {
        return Opened::failure(code(EngineError::kOutOfMemory));
    }
    std::unique_ptr<AlertableThread> thread{new AlertableThread{std::move(handle), reference}};
    if (!table().open(thread.get(), thread->key_)) {
        env->DeleteGlobalRef(reference);
        return Opened::failure(code(EngineError::kDeviceLimit));
    }
    return thread.release()->key_;
}

void AlertableThread::close(Key key) noexcept {
    // While this share exists, close() below cannot return kEmpty. The last share disposes of the thread.
    if (const Share<AlertableThread> thread{key}) {
        (void)table().close(key);
    }
}

bool AlertableThread::queue() const noexcept {
    // Pass the key and not the address, because the APC may outlive this object.
    return ::QueueUserAPC(&run, thread_.get(), static_cast<ULONG_PTR>(key_)) != 0;
}

void CALLBACK AlertableThread::run(ULONG_PTR key) noexcept {
    const Share<AlertableThread> thread{key};
    // The next wait of this class runs the tasks that are not run here.
    if (!thread || Waiting::depth_ == 0) {
        return;
    }
    JNIEnv* env = environment();
    env->CallVoidMethod(thread->self_, runQueued);
    if (env->ExceptionCheck()) {
        // The Java method catches all exceptions, except for a stack overflow in itself.
        env->ExceptionDescribe();
        env->ExceptionClear();
    }
}

void AlertableThread::dispose(AlertableThread* thread) noexcept {
    const Key key = thread->key_;
    // The thread that ends the last share has come from Java and is attached.
    environment()->DeleteGlobalRef(thread->self_);
    delete thread;
    table().dispose(key);
}

}  // namespace iocp4j::jni
