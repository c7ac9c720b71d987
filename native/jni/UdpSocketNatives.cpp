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

// A socket that is not bound has the family of the address.
jlong JNICALL open(JNIEnv* env, jclass, jlong port, jstring name, jbyteArray address, jboolean bound,
                   jintArray options) {
    return openSocket(
        env, port, address, options,
        [&](CompletionPort& found, const win32::SocketAddress& where, SocketSettings settings) {
            return UdpSocket::open(found, {toWide(env, name), where, std::move(settings), bound != JNI_FALSE});
        });
}

jlong JNICALL bind(JNIEnv* env, jclass, jlong device, jbyteArray address) {
    const auto where = toAddress(env, address);
    if (!where) {
        return refused(where.error());
    }
    return onDevice<UdpSocket>(device, [&](UdpSocket& socket) { return resultOf(socket.bind(*where)); });
}

jlong JNICALL connect(JNIEnv* env, jclass, jlong device, jbyteArray peer) {
    const auto where = toAddress(env, peer);
    if (!where) {
        return refused(where.error());
    }
    return onDevice<UdpSocket>(device, [&](UdpSocket& socket) { return resultOf(socket.connect(*where)); });
}

jlong JNICALL disconnect(JNIEnv*, jclass, jlong device) {
    return onDevice<UdpSocket>(device, [](UdpSocket& socket) { return resultOf(socket.disconnect()); });
}

// No source stands for all.
jlong JNICALL changeMembership(JNIEnv* env, jclass, jlong device, jint change, jbyteArray group, jint networkInterface,
                               jbyteArray source) {
    const auto joined = toAddress(env, group);
    if (!joined) {
        return refused(joined.error());
    }
    const auto from = source != nullptr ? toAddress(env, source) : win32::Result{win32::SocketAddress{}};
    if (!from) {
        return refused(from.error());
    }
    const Membership membership{*joined, *from, static_cast<std::uint32_t>(networkInterface)};
    return onDevice<UdpSocket>(device, [&](UdpSocket& socket) {
        return resultOf(socket.change(static_cast<MembershipChange>(change), membership));
    });
}

// The Peer in a Java buffer, or nullptr if the buffer is too small or not aligned.
Peer* peerIn(const Buffer& memory) noexcept {
    const bool aligned = reinterpret_cast<std::uintptr_t>(memory.address()) % alignof(Peer) == 0;
    return memory.valid() && aligned ? reinterpret_cast<Peer*>(memory.address()) : nullptr;
}

jlong JNICALL receiveFrom(JNIEnv* env, jclass, jlong device, jobject buffer, jint offset, jint length, jobject sender,
                          jboolean peek, jlong token, jint milliseconds) {
    Buffer memory{env, buffer, offset, length};
    Buffer room{env, sender, 0, sizeof(Peer)};
    Peer* peer = peerIn(room);
    if (peer == nullptr) {
        return refused(EngineError::kBadBuffer);
    }
    return submit<UdpSocket>(device, Opcode::kReceiveFrom, memory, room, token, milliseconds,
                             [&](UdpSocket& target, Operation& operation) {
                                 return target.receiveFrom(operation, {memory.address(), memory.length()}, *peer,
                                                           peek != JNI_FALSE ? MSG_PEEK : 0);
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
        native("open", "(JLjava/lang/String;[BZ[I)J", open),
        native("bind", "(J[B)J", bind),
        native("connect", "(J[B)J", connect),
        native("disconnect", "(J)J", disconnect),
        native("changeMembership", "(JI[BI[B)J", changeMembership),
        native("receiveFrom", "(JLjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;ZJI)J", receiveFrom),
        native("sendTo", "(JLjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;JI)J", sendTo),
    };
}

}  // namespace iocp4j::jni
