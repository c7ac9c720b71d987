#include "jni/PipeListener.h"

#include <new>

#include "jni/JavaVm.h"
#include "jni/Package.h"

namespace iocp4j::jni {

namespace {

constexpr const char* kThreadName = "iocp4j-pipe-connected";

jmethodID lookUp(JNIEnv* env) {
    const jclass type = env->FindClass(inPackage("io/github/iocp4j/internal/PipeConnect").c_str());
    return type != nullptr ? env->GetMethodID(type, "connected", "(II)V") : nullptr;
}

}  // namespace

PipeListener::PipeListener(JNIEnv* env, jobject connect)
    : connected_(lookUp(env)), connect_(connected_ != nullptr ? env->NewGlobalRef(connect) : nullptr) {
    if (connect_ == nullptr) {
        throw std::bad_alloc{};
    }
}

PipeListener::~PipeListener() {
    const AttachedThread thread{kThreadName};
    if (JNIEnv* env = thread.env()) {
        env->DeleteGlobalRef(connect_);
    }
}

void PipeListener::onConnected(win32::ErrorCode error, win32::ErrorCode last) noexcept {
    // A thread of the thread pool is attached here, and stays so until the destructor has used it.
    const AttachedThread thread{kThreadName};
    if (JNIEnv* env = thread.env()) {
        env->CallVoidMethod(connect_, connected_, static_cast<jint>(error), static_cast<jint>(last));
        clearException(env);
    }
    delete this;
}

}  // namespace iocp4j::jni
