#include "devices/socket/DetachedSocket.h"
#include "jni/Natives.h"
#include "jni/SocketArguments.h"

namespace iocp4j::jni {

namespace {

// Calls `body` with the socket of that key, and returns its result.
template <class Body>
jlong withDetached(jlong detached, Body&& body) noexcept {
    const Share<Detached> found{static_cast<Detached::Key>(detached)};
    if (!found) {
        return refused(EngineError::kDeviceClosed);
    }
    auto* socket = dynamic_cast<DetachedSocket*>(&*found);
    return socket != nullptr ? body(*socket) : refused(EngineError::kWrongDevice);
}

jlong JNICALL open(JNIEnv*, jclass, jint family, jboolean datagram) {
    return guarded(
        [&] { return resultOf(DetachedSocket::open(family, datagram != JNI_FALSE ? SOCK_DGRAM : SOCK_STREAM)); });
}

jlong JNICALL bind(JNIEnv* env, jclass, jlong detached, jbyteArray address) {
    const auto where = toAddress(env, address);
    if (!where) {
        return refused(where.error());
    }
    return withDetached(detached, [&](DetachedSocket& socket) { return resultOf(socket.bind(*where)); });
}

jlong JNICALL localAddress(JNIEnv* env, jclass, jlong detached, jbyteArray to) {
    return withDetached(detached, [&](DetachedSocket& socket) { return put(env, socket.localAddress(), to); });
}

jlong JNICALL remoteAddress(JNIEnv* env, jclass, jlong detached, jbyteArray to) {
    return withDetached(detached, [&](DetachedSocket& socket) { return put(env, socket.remoteAddress(), to); });
}

jlong JNICALL set(JNIEnv*, jclass, jlong detached, jint option, jint value) {
    const SocketSetting setting{static_cast<SocketOption>(option), value};
    return withDetached(detached, [&](DetachedSocket& socket) { return resultOf(socket.set(setting)); });
}

jlong JNICALL get(JNIEnv*, jclass, jlong detached, jint option) {
    return withDetached(detached,
                        [&](DetachedSocket& socket) { return put(socket.get(static_cast<SocketOption>(option))); });
}

}  // namespace

std::vector<JNINativeMethod> detachedSocketNatives() {
    return {
        native("open", "(IZ)J", open),
        native("bind", "(J[B)J", bind),
        native("localAddress", "(J[B)J", localAddress),
        native("remoteAddress", "(J[B)J", remoteAddress),
        native("set", "(JII)J", set),
        native("get", "(JI)J", get),
    };
}

}  // namespace iocp4j::jni
