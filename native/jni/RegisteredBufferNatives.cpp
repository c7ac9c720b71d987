#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "jni/RegisteredBuffer.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL open(JNIEnv* env, jclass, jobject buffer) {
    return guarded([&] { return resultOf(RegisteredBuffer::open(env, buffer)); });
}

void JNICALL close(JNIEnv*, jclass, jlong buffer) {
    RegisteredBuffer::close(static_cast<RegisteredBuffer::Key>(buffer));
}

}  // namespace

std::vector<JNINativeMethod> registeredBufferNatives() {
    return {
        native("open", "(Ljava/nio/ByteBuffer;)J", open),
        native("close", "(J)V", close),
    };
}

}  // namespace iocp4j::jni
