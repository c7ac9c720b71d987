#include "jni/ChannelFile.h"

namespace iocp4j::jni {

// The fields are private. JNI reaches them in spite of that, and without --add-opens.
ChannelFile::ChannelFile(JNIEnv* env, jobject channel) noexcept : env_(env) {
    jfieldID descriptor = nullptr;
    if (const jclass type = env->FindClass("sun/nio/ch/FileChannelImpl");
        type != nullptr && env->IsInstanceOf(channel, type)) {
        descriptor = env->GetFieldID(type, "fd", "Ljava/io/FileDescriptor;");
    }
    if (const jclass type = descriptor != nullptr ? env->FindClass("java/io/FileDescriptor") : nullptr) {
        handle_ = env->GetFieldID(type, "handle", "J");
    }
    if (handle_ != nullptr) {
        descriptor_ = env->GetObjectField(channel, descriptor);
    }
    env->ExceptionClear();
}

}  // namespace iocp4j::jni
