#include "devices/socket/StreamSocket.h"
#include "devices/socket/UdpSocket.h"
#include "engine/operation/Operation.h"
#include "jni/Natives.h"
#include "jni/RawMemory.h"
#include "jni/Submission.h"
#include "jni/Transfers.h"

namespace iocp4j::jni {

namespace {

using Peer = UdpSocket::Peer;

constexpr jlong kNoPosition = 0;

jlong JNICALL read(JNIEnv*, jclass, jlong device, jlong address, jint length, jlong token, jint milliseconds) {
    RawMemory memory{address, length};
    return startRead(device, memory, kNoPosition, token, milliseconds);
}

jlong JNICALL write(JNIEnv*, jclass, jlong device, jlong address, jint length, jlong token, jint milliseconds) {
    RawMemory memory{address, length};
    return startWrite(device, memory, kNoPosition, token, milliseconds);
}

jlong JNICALL readScatter(JNIEnv*, jclass, jlong device, jlong list, jint count, jlong token, jint milliseconds) {
    RawVector memory{list, count};
    return submit<StreamSocket>(
        device, Opcode::kRead, memory, token, milliseconds,
        [&](StreamSocket& target, Operation& operation) { return target.readInto(operation, memory.parts()); });
}

jlong JNICALL writeGather(JNIEnv*, jclass, jlong device, jlong list, jint count, jlong token, jint milliseconds) {
    RawVector memory{list, count};
    return submit<StreamSocket>(
        device, Opcode::kWrite, memory, token, milliseconds,
        [&](StreamSocket& target, Operation& operation) { return target.writeFrom(operation, memory.parts()); });
}

// The Peer at that address, or nullptr if it cannot be there.
Peer* peerAt(jlong address) noexcept {
    const RawMemory memory{address, sizeof(Peer)};
    return memory.valid() && address % jlong{alignof(Peer)} == 0 ? reinterpret_cast<Peer*>(memory.address()) : nullptr;
}

jlong JNICALL receive(JNIEnv*, jclass, jlong device, jlong address, jint length, jlong sender, jboolean peek,
                      jlong token, jint milliseconds) {
    RawMemory memory{address, length};
    Peer* peer = peerAt(sender);
    if (peer == nullptr) {
        return refused(EngineError::kBadBuffer);
    }
    return submit<UdpSocket>(device, Opcode::kReceiveFrom, memory, token, milliseconds,
                             [&](UdpSocket& target, Operation& operation) {
                                 return target.receiveFrom(operation, {memory.address(), memory.length()}, *peer,
                                                           peek != JNI_FALSE ? MSG_PEEK : 0);
                             });
}

jlong JNICALL send(JNIEnv*, jclass, jlong device, jlong address, jint length, jlong target, jlong token,
                   jint milliseconds) {
    RawMemory memory{address, length};
    const Peer* peer = peerAt(target);
    if (peer == nullptr) {
        return refused(EngineError::kBadBuffer);
    }
    return submit<UdpSocket>(device, Opcode::kSendTo, memory, token, milliseconds,
                             [&](UdpSocket& socket, Operation& operation) {
                                 return socket.sendTo(operation, {memory.address(), memory.length()}, *peer);
                             });
}

}  // namespace

std::vector<JNINativeMethod> rawNatives() {
    return {
        native("read", "(JJIJI)J", read),
        native("write", "(JJIJI)J", write),
        native("readScatter", "(JJIJI)J", readScatter),
        native("writeGather", "(JJIJI)J", writeGather),
        native("receive", "(JJIJZJI)J", receive),
        native("send", "(JJIJJI)J", send),
    };
}

}  // namespace iocp4j::jni
