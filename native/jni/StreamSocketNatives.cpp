#include "devices/socket/StreamSocket.h"
#include "engine/operation/Operation.h"
#include "jni/BufferList.h"
#include "jni/ChannelFile.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/SocketArguments.h"
#include "jni/Submission.h"
#include "win32/Quirks.h"

namespace iocp4j::jni {

namespace {

// The limit of TransmitFile, including head and tail.
constexpr jlong kMaxTransmission = 0x7fff'fffe;

jlong JNICALL open(JNIEnv* env, jclass, jlong port, jstring name, jbyteArray local, jintArray options) {
    return openSocket(env, port, local, options,
                      [&](CompletionPort& found, const win32::SocketAddress& where, SocketSettings settings) {
                          return StreamSocket::open(found, {toWide(env, name), where, std::move(settings)});
                      });
}

jlong JNICALL bind(JNIEnv* env, jclass, jlong device, jbyteArray address) {
    const auto where = toAddress(env, address);
    if (!where) {
        return refused(where.error());
    }
    return onDevice<StreamSocket>(device, [&](StreamSocket& socket) { return resultOf(socket.bind(*where)); });
}

jlong JNICALL connect(JNIEnv* env, jclass, jlong device, jbyteArray remote, jlong token, jint milliseconds) {
    const auto where = toAddress(env, remote);
    if (!where) {
        return refused(where.error());
    }
    Pinned none;
    return submit<StreamSocket>(
        device, Opcode::kConnect, none, token, milliseconds,
        [&](StreamSocket& target, Operation& operation) { return target.connect(operation, *where); });
}

jlong JNICALL disconnect(JNIEnv*, jclass, jlong device, jboolean reuse, jlong token, jint milliseconds) {
    Pinned none;
    return submit<StreamSocket>(
        device, Opcode::kDisconnect, none, token, milliseconds,
        [&](StreamSocket& target, Operation& operation) { return target.disconnect(operation, reuse != JNI_FALSE); });
}

jlong JNICALL readInto(JNIEnv* env, jclass, jlong device, jobjectArray buffers, jintArray ranges, jint count,
                       jlong token, jint milliseconds) {
    BufferList memory{env, buffers, ranges, count};
    return submit<StreamSocket>(
        device, Opcode::kRead, memory, token, milliseconds,
        [&](StreamSocket& target, Operation& operation) { return target.readInto(operation, memory.parts()); });
}

jlong JNICALL writeFrom(JNIEnv* env, jclass, jlong device, jobjectArray buffers, jintArray ranges, jint count,
                        jlong token, jint milliseconds) {
    BufferList memory{env, buffers, ranges, count};
    return submit<StreamSocket>(
        device, Opcode::kWrite, memory, token, milliseconds,
        [&](StreamSocket& target, Operation& operation) { return target.writeFrom(operation, memory.parts()); });
}

win32::Result<win32::Handle> openFile(JNIEnv* env, jstring path, jobject channel, jlong device) {
    if (path != nullptr) {
        return StreamSocket::openFile(toWide(env, path));
    }
    if (channel != nullptr) {
        return withFileOf(env, channel, [](HANDLE file) { return StreamSocket::openFile(file); });
    }
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found ? StreamSocket::openFile(*found)
                 : win32::Result<win32::Handle>::failure(code(EngineError::kDeviceClosed));
}

// Whether the file has so many bytes or fewer from the offset to its end.
bool hasAtMost(jlong bytes, HANDLE file, jlong offset) noexcept {
    LARGE_INTEGER size;
    return !::GetFileSizeEx(file, &size) || size.QuadPart - offset <= bytes;
}

jlong JNICALL transmitFile(JNIEnv* env, jclass, jlong device, jstring path, jobject channel, jlong file, jlong offset,
                           jint length, jobject head, jint headOffset, jint headLength, jobject tail, jint tailOffset,
                           jint tailLength, jlong token, jint milliseconds) {
    if (offset < 0 || length < 0 || jlong{length} + headLength + tailLength > kMaxTransmission) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return guarded([&] {
        auto opened = openFile(env, path, channel, file);
        if (!opened) {
            return refused(opened.error());
        }
        if (length == 0 && !hasAtMost(kMaxTransmission - headLength - tailLength, opened->get(), offset)) {
            return refused(ERROR_FILE_TOO_LARGE);
        }
        Buffer before{env, head, headOffset, headLength};
        Buffer after{env, tail, tailOffset, tailLength};
        return submit<StreamSocket>(device, Opcode::kTransmitFile, before, after, token, milliseconds,
                                    [&](StreamSocket& target, Operation& operation) {
                                        return target.transmitFile(operation, {std::move(*opened),
                                                                               static_cast<std::uint64_t>(offset),
                                                                               static_cast<std::uint32_t>(length),
                                                                               {before.address(), before.length()},
                                                                               {after.address(), after.length()}});
                                    });
    });
}

jlong JNICALL shutdownOutput(JNIEnv*, jclass, jlong device) {
    return onDevice<StreamSocket>(device, [](StreamSocket& socket) { return resultOf(socket.shutdownOutput()); });
}

jlong JNICALL shutdownInput(JNIEnv*, jclass, jlong device) {
    return onDevice<StreamSocket>(device, [](StreamSocket& socket) { return resultOf(socket.shutdownInput()); });
}

// Returns the number of bytes that it has moved.
jlong JNICALL takeFirst(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length) {
    const Buffer memory{env, buffer, offset, length};
    return onDevice<StreamSocket>(device, [&](StreamSocket& socket) {
        return memory.valid() ? jlong{socket.takeFirst({memory.address(), memory.length()})}
                              : refused(EngineError::kBadBuffer);
    });
}

jboolean JNICALL inlineSavesTime(JNIEnv*, jclass) {
    return win32::quirks().waitingReceivesCostTime ? JNI_FALSE : JNI_TRUE;
}

}  // namespace

std::vector<JNINativeMethod> streamSocketNatives() {
    return {
        native("open", "(JLjava/lang/String;[B[I)J", open),
        native("bind", "(J[B)J", bind),
        native("connect", "(J[BJI)J", connect),
        native("disconnect", "(JZJI)J", disconnect),
        native("readInto", "(J[Ljava/nio/ByteBuffer;[IIJI)J", readInto),
        native("writeFrom", "(J[Ljava/nio/ByteBuffer;[IIJI)J", writeFrom),
        native(
            "transmitFile",
            "(JLjava/lang/String;Ljava/nio/channels/FileChannel;JJILjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;IIJI)J",
            transmitFile),
        native("shutdownOutput", "(J)J", shutdownOutput),
        native("shutdownInput", "(J)J", shutdownInput),
        native("inlineSavesTime", "()Z", inlineSavesTime),
        native("takeFirst", "(JLjava/nio/ByteBuffer;II)J", takeFirst),
    };
}

}  // namespace iocp4j::jni
