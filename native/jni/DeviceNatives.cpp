#include "engine/CompletionPort.h"
#include "jni/Answer.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"

namespace iocp4j::jni {

namespace {

jstring JNICALL deviceName(JNIEnv* env, jclass, jlong device) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found ? toJava(env, found->name()) : toJava(env, {});
}

jboolean JNICALL closeDevice(JNIEnv*, jclass, jlong device, jint milliseconds) {
    const auto key = static_cast<Device::Key>(device);
    return answerOf([&] {
               Device::close(key);
               return jlong{Device::awaitClosed(key, Worker::deadlineIn(std::chrono::milliseconds{milliseconds}))};
           }) == 1;
}

jboolean JNICALL cancel(JNIEnv*, jclass, jlong device, jlong operation) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found && found->port().operations().cancel(*found, static_cast<OperationId>(operation));
}

void JNICALL cancelAll(JNIEnv*, jclass, jlong device) {
    if (const Share<Device> found{static_cast<Device::Key>(device)}) {
        found->cancelAll();
    }
}

// Where an operation's data is, and what keeps it there.
struct Buffer {
    char* address;
    std::uint32_t length;
    jobject pin;
};

// Believes nothing that Java has checked already: this is the last place where a wrong range can be stopped.
Buffer pinned(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept {
    if (buffer == nullptr) {
        return {nullptr, 0, nullptr};
    }
    auto* address = static_cast<char*>(env->GetDirectBufferAddress(buffer));
    const jlong capacity = env->GetDirectBufferCapacity(buffer);
    if (address == nullptr || offset < 0 || length < 0 || jlong{offset} + length > capacity) {
        return {nullptr, 0, nullptr};
    }
    return {address + offset, static_cast<std::uint32_t>(length), env->NewGlobalRef(buffer)};
}

template <class Start>
jlong submit(JNIEnv* env, jlong device, Opcode opcode, jobject buffer, jint offset, jint length, jlong token,
             jint milliseconds, Start&& start) noexcept {
    Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(Refusal::kDeviceClosed);
    }
    const Buffer memory = pinned(env, buffer, offset, length);
    if (memory.pin == nullptr) {
        return refused(Refusal::kBadBuffer);
    }
    Device& target = *found;
    const auto id = target.port().operations().submit(
        std::move(found), opcode, static_cast<std::uint64_t>(token), memory.pin,
        milliseconds < 0 ? Operations::kForEver : Operations::Patience{milliseconds},
        [&](Operation& operation) { return start(target, operation, memory); });
    if (!id) {
        env->DeleteGlobalRef(memory.pin);
    }
    return answer(id);
}

jlong JNICALL read(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jlong token,
                   jint milliseconds) {
    return submit(env, device, Opcode::kRead, buffer, offset, length, token, milliseconds,
                  [](Device& target, Operation& operation, const Buffer& memory) {
                      return target.read(operation, memory.address, memory.length);
                  });
}

jlong JNICALL write(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jlong token,
                    jint milliseconds) {
    return submit(env, device, Opcode::kWrite, buffer, offset, length, token, milliseconds,
                  [](Device& target, Operation& operation, const Buffer& memory) {
                      return target.write(operation, memory.address, memory.length);
                  });
}

}  // namespace

std::vector<JNINativeMethod> deviceNatives() {
    return {
        native("deviceName", "(J)Ljava/lang/String;", deviceName),
        native("closeDevice", "(JI)Z", closeDevice),
        native("cancel", "(JJ)Z", cancel),
        native("cancelAll", "(J)V", cancelAll),
        native("read", "(JLjava/nio/ByteBuffer;IIJI)J", read),
        native("write", "(JLjava/nio/ByteBuffer;IIJI)J", write),
    };
}

}  // namespace iocp4j::jni
