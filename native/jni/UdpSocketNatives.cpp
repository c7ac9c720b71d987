#include "devices/socket/UdpSocket.h"
#include "engine/operation/Operation.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/SocketArguments.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

using Peer = UdpSocket::Peer;

// SocketAddressBuffer.java has the same layout.
static_assert(sizeof(Peer) == 136 && offsetof(Peer, address) == 8);

jlong JNICALL open(JNIEnv* env, jclass, jlong port, jstring name, jbyteArray address, jintArray options) {
    return openSocket(env, port, address, options,
                      [&](CompletionPort& found, const win32::SocketAddress& where, SocketSettings settings) {
                          return UdpSocket::open(found, {toWide(env, name), where, std::move(settings)});
                      });
}

// The Peer in a Java buffer, or nullptr if the buffer is too small or not aligned.
Peer* peerIn(const Buffer& memory) noexcept {
    const bool aligned = reinterpret_cast<std::uintptr_t>(memory.address()) % alignof(Peer) == 0;
    return memory.valid() && aligned ? reinterpret_cast<Peer*>(memory.address()) : nullptr;
}

jlong JNICALL receiveFrom(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jobject sender,
                          jlong token, jint milliseconds) {
    Buffer memory{env, buffer, offset, length};
    Buffer room{env, sender, 0, sizeof(Peer)};
    Peer* peer = peerIn(room);
    if (peer == nullptr) {
        return refused(EngineError::kBadBuffer);
    }
    return submit<UdpSocket>(device, Opcode::kReceiveFrom, memory, room, token, milliseconds,
                             [&](UdpSocket& target, Operation& operation) {
                                 return target.receiveFrom(operation, {memory.address(), memory.length()}, *peer);
                             });
}

jlong JNICALL sendTo(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jobject target,
                     jlong token, jint milliseconds) {
    Buffer memory{env, buffer, offset, length};
    Buffer room{env, target, 0, sizeof(Peer)};
    const Peer* peer = peerIn(room);
    if (peer == nullptr) {
        return refused(EngineError::kBadBuffer);
    }
    return submit<UdpSocket>(device, Opcode::kSendTo, memory, room, token, milliseconds,
                             [&](UdpSocket& socket, Operation& operation) {
                                 return socket.sendTo(operation, {memory.address(), memory.length()}, *peer);
                             });
}

}  // namespace

std::vector<JNINativeMethod> udpSocketNatives() {
    return {
        native("open", "(JLjava/lang/String;[B[I)J", open),
        native("receiveFrom", "(JLjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;JI)J", receiveFrom),
        native("sendTo", "(JLjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;JI)J", sendTo),
    };
}

}  // namespace iocp4j::jni
