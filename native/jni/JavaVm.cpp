#include "jni/JavaVm.h"

namespace iocp4j::jni {

static_assert(sizeof(wchar_t) == sizeof(jchar));

JavaVM* vm = nullptr;

JNIEnv* environment() noexcept {
    void* env = nullptr;
    return vm->GetEnv(&env, kVersion) == JNI_OK ? static_cast<JNIEnv*>(env) : nullptr;
}

AttachedThread::AttachedThread(const char* name) noexcept : env_(environment()) {
    if (env_ == nullptr) {
        // JNI does not change the name.
        JavaVMAttachArgs arguments{kVersion, const_cast<char*>(name), nullptr};
        void* env = nullptr;
        attached_ = vm->AttachCurrentThreadAsDaemon(&env, &arguments) == JNI_OK;
        env_ = attached_ ? static_cast<JNIEnv*>(env) : nullptr;
    }
}

AttachedThread::~AttachedThread() {
    if (attached_) {
        vm->DetachCurrentThread();
    }
}

void clearException(JNIEnv* env) noexcept {
    if (env->ExceptionCheck()) {
        env->ExceptionDescribe();
        env->ExceptionClear();
    }
}

std::wstring toWide(JNIEnv* env, jstring text) {
    const jsize length = text != nullptr ? env->GetStringLength(text) : 0;
    if (length == 0) {
        return {};
    }
    std::wstring result(static_cast<std::size_t>(length), L'\0');
    env->GetStringRegion(text, 0, length, reinterpret_cast<jchar*>(result.data()));
    return result;
}

jstring toJava(JNIEnv* env, const std::wstring& text) noexcept {
    return env->NewString(reinterpret_cast<const jchar*>(text.data()), static_cast<jsize>(text.size()));
}

}  // namespace iocp4j::jni
