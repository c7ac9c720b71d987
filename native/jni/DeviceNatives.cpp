#include "engine/operation/Operation.h"
#include "jni/Ending.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"
#include "jni/Transfers.h"

namespace iocp4j::jni {

namespace {

jstring JNICALL deviceName(JNIEnv* env, jclass, jlong device) {
    return objectOf(env, [&] {
        std::wstring name;
        {
            // The end of this share may call Java, which must happen before an exception can be pending.
            const Share<Device> found{static_cast<Device::Key>(device)};
            if (found) {
                name = found->name();
            }
        }
        return toJava(env, name);
    });
}

jboolean JNICALL deviceExists(JNIEnv*, jclass, jlong device) {
    return Device::table().exists(static_cast<Device::Key>(device));
}

jboolean JNICALL closeDevice(JNIEnv*, jclass, jlong device) { return beginClosing<Device>(device); }

jboolean JNICALL cancel(JNIEnv*, jclass, jlong device, jlong operation) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found && found->port().operations().cancel(*found, static_cast<OperationId>(operation));
}

jboolean JNICALL isPending(JNIEnv*, jclass, jlong device, jlong operation) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found && found->port().operations().isPending(*found, static_cast<OperationId>(operation));
}

void JNICALL cancelAll(JNIEnv*, jclass, jlong device) {
    if (const Share<Device> found{static_cast<Device::Key>(device)}) {
        found->cancelAll();
    }
}

jint JNICALL cancelAllOf(JNIEnv*, jclass, jlong device, jint opcode) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found ? static_cast<jint>(found->port().operations().cancelAll(*found, static_cast<Opcode>(opcode))) : 0;
}

jlong JNICALL completeInline(JNIEnv*, jclass, jlong device) {
    return onDevice<Device>(device, [](Device& target) { return resultOf(target.completeInline()); });
}

jlong JNICALL read(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jlong position,
                   jlong token, jint milliseconds) {
    Buffer memory{env, buffer, offset, length};
    return startRead(device, memory, position, token, milliseconds);
}

jlong JNICALL write(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jlong position,
                    jlong token, jint milliseconds) {
    Buffer memory{env, buffer, offset, length};
    return startWrite(device, memory, position, token, milliseconds);
}

jlong JNICALL readRegistered(JNIEnv*, jclass, jlong device, jlong buffer, jint offset, jint length, jlong position,
                             jlong token, jint milliseconds) {
    RegisteredPart memory{buffer, offset, length};
    return startRead(device, memory, position, token, milliseconds);
}

jlong JNICALL writeRegistered(JNIEnv*, jclass, jlong device, jlong buffer, jint offset, jint length, jlong position,
                              jlong token, jint milliseconds) {
    RegisteredPart memory{buffer, offset, length};
    return startWrite(device, memory, position, token, milliseconds);
}

// The kernel must end the reads of the device. Returns the Win32 error code and the byte count as both() does.
jlong JNICALL readAndWait(JNIEnv*, jclass, jlong device, jlong buffer, jint offset, jint length, jint milliseconds) {
    const RegisteredPart memory{buffer, offset, length};
    const Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(EngineError::kDeviceClosed);
    }
    if (!found->port().bindsHandles()) {
        return refused(EngineError::kWrongDevice);
    }
    if (!memory.valid()) {
        return refused(EngineError::kBadBuffer);
    }
    auto record = found->port().operations().run(
        found, Opcode::kRead, timeoutOf(milliseconds),
        [&](Operation& operation) { return found->read(operation, memory.address(), memory.length()); });
    if (!record) {
        return refused(record.error());
    }
    (void)found->onCompleted(*record);
    return both(record->status, record->bytes);
}

void JNICALL wakeRead(JNIEnv*, jclass, jlong device) {
    if (const Share<Device> found{static_cast<Device::Key>(device)}) {
        found->port().operations().wakeRead(*found);
    }
}

jlong JNICALL control(JNIEnv* env, jclass, jlong device, jint code, jobject in, jint inOffset, jint inLength,
                      jobject out, jint outOffset, jint outLength, jlong token, jint milliseconds) {
    {
        const Share<Device> found{static_cast<Device::Key>(device)};
        if (found && found->handle() == nullptr &&
            found->traits().errorWithoutHandle == iocp4j::code(EngineError::kWrongDevice)) {
            return refused(EngineError::kWrongDevice);
        }
    }
    Buffer input = in != nullptr ? Buffer{env, in, inOffset, inLength} : Buffer{};
    Buffer output = out != nullptr ? Buffer{env, out, outOffset, outLength} : Buffer{};
    return submit<Device>(device, Opcode::kControl, input, output, token, milliseconds,
                          [&](Device& target, Operation& operation) {
                              return target.control(operation, static_cast<std::uint32_t>(code), input.address(),
                                                    input.length(), output.address(), output.length());
                          });
}

}  // namespace

std::vector<JNINativeMethod> deviceNatives() {
    return {
        native("name", "(J)Ljava/lang/String;", deviceName),
        native("exists", "(J)Z", deviceExists),
        native("close", "(J)Z", closeDevice),
        native("cancel", "(JJ)Z", cancel),
        native("isPending", "(JJ)Z", isPending),
        native("cancelAll", "(J)V", cancelAll),
        native("cancelAllOf", "(JI)I", cancelAllOf),
        native("completeInline", "(J)J", completeInline),
        native("read", "(JLjava/nio/ByteBuffer;IIJJI)J", read),
        native("write", "(JLjava/nio/ByteBuffer;IIJJI)J", write),
        native("readRegistered", "(JJIIJJI)J", readRegistered),
        native("writeRegistered", "(JJIIJJI)J", writeRegistered),
        native("readAndWait", "(JJIII)J", readAndWait),
        native("wakeRead", "(J)V", wakeRead),
        native("control", "(JILjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;IIJI)J", control),
    };
}

}  // namespace iocp4j::jni
