#include <optional>

#include "devices/socket/DetachedSocket.h"
#include "devices/socket/SocketServer.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "jni/SocketArguments.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// The limits of SocketServer.Builder.
constexpr jint kMaxListening = 1'024;
constexpr jint kMaxFirstBytes = 1 << 20;

// The server's settings, but for its address and options; or nothing if one is out of range.
std::optional<SocketServerSettings> toServer(JNIEnv* env, jstring name, jint backlog, jint listening, jint firstBytes,
                                             jboolean detached, jlong token) {
    if (backlog < 1 || !within(listening, 0, kMaxListening) || !within(firstBytes, 0, kMaxFirstBytes)) {
        return std::nullopt;
    }
    SocketServerSettings server;
    server.name = toWide(env, name);
    server.backlog = backlog;
    server.listening = static_cast<std::uint32_t>(listening);
    server.firstBytes = static_cast<std::uint32_t>(firstBytes);
    server.detached = detached != JNI_FALSE;
    server.token = static_cast<std::uint64_t>(token);
    return server;
}

jlong JNICALL openServer(JNIEnv* env, jclass, jlong port, jstring name, jbyteArray address, jintArray options,
                         jint backlog, jint listening, jint firstBytes, jboolean detached, jlong token) {
    return guarded([&] {
        auto server = toServer(env, name, backlog, listening, firstBytes, detached, token);
        if (!server) {
            return refused(ERROR_INVALID_PARAMETER);
        }
        return openSocket(env, port, address, options,
                          [&](CompletionPort& found, const win32::SocketAddress& where, SocketSettings settings) {
                              server->address = where;
                              server->settings = std::move(settings);
                              return SocketServer::open(found, *server);
                          });
    });
}

jlong JNICALL serve(JNIEnv* env, jclass, jlong socket, jlong port, jstring name, jint backlog, jint listening,
                    jint firstBytes, jboolean detached, jlong token) {
    return guarded([&] {
        auto server = toServer(env, name, backlog, listening, firstBytes, detached, token);
        if (!server) {
            return refused(ERROR_INVALID_PARAMETER);
        }
        return onPort(port, [&](CompletionPort& found) {
            return resultOf(DetachedSocket::serve(static_cast<Detached::Key>(socket), found, *server));
        });
    });
}

jlong JNICALL listen(JNIEnv*, jclass, jlong server) {
    return onDevice<SocketServer>(server, [](SocketServer& socket) { return resultOf(socket.listen()); });
}

jlong JNICALL accept(JNIEnv*, jclass, jlong server, jlong token, jint milliseconds) {
    const jlong onDemand = onDevice<SocketServer>(
        server, [](SocketServer& socket) { return socket.onDemand() ? jlong{1} : refused(EngineError::kWrongDevice); });
    if (onDemand < 0) {
        return onDemand;
    }
    Pinned none;
    return submit<SocketServer>(server, Opcode::kAccept, none, token, milliseconds,
                                [](SocketServer& target, Operation& operation) { return target.accept(operation); });
}

jlong JNICALL localAddress(JNIEnv* env, jclass, jlong device, jbyteArray to) {
    return onDevice<Socket>(device, [&](Socket& socket) { return put(env, socket.localAddress(), to); });
}

jlong JNICALL remoteAddress(JNIEnv* env, jclass, jlong device, jbyteArray to) {
    return onDevice<Socket>(device, [&](Socket& socket) { return put(env, socket.remoteAddress(), to); });
}

jlong JNICALL available(JNIEnv*, jclass, jlong device) {
    return onDevice<Socket>(device, [](Socket& socket) { return resultOf(socket.available()); });
}

jlong JNICALL set(JNIEnv*, jclass, jlong device, jint option, jint value) {
    const SocketSetting setting{static_cast<SocketOption>(option), value};
    return onDevice<Socket>(device, [&](Socket& socket) { return resultOf(socket.set(setting)); });
}

jlong JNICALL get(JNIEnv*, jclass, jlong device, jint option) {
    return onDevice<Socket>(device, [&](Socket& socket) { return put(socket.get(static_cast<SocketOption>(option))); });
}

}  // namespace

std::vector<JNINativeMethod> socketNatives() {
    return {
        native("openServer", "(JLjava/lang/String;[B[IIIIZJ)J", openServer),
        native("serve", "(JJLjava/lang/String;IIIZJ)J", serve),
        native("listen", "(J)J", listen),
        native("accept", "(JJI)J", accept),
        native("localAddress", "(J[B)J", localAddress),
        native("remoteAddress", "(J[B)J", remoteAddress),
        native("available", "(J)J", available),
        native("set", "(JII)J", set),
        native("get", "(JI)J", get),
    };
}

}  // namespace iocp4j::jni
