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

jlong JNICALL openServer(JNIEnv* env, jclass, jlong port, jstring name, jbyteArray address, jintArray options,
                         jint backlog, jint listening, jint firstBytes, jlong token) {
    if (backlog < 1 || !within(listening, 1, kMaxListening) || !within(firstBytes, 0, kMaxFirstBytes)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return openSocket(env, port, address, options,
                      [&](CompletionPort& found, const win32::SocketAddress& where, SocketSettings settings) {
                          SocketServerSettings server;
                          server.name = toWide(env, name);
                          server.address = where;
                          server.settings = std::move(settings);
                          server.backlog = backlog;
                          server.listening = static_cast<std::uint32_t>(listening);
                          server.firstBytes = static_cast<std::uint32_t>(firstBytes);
                          server.token = static_cast<std::uint64_t>(token);
                          return SocketServer::open(found, server);
                      });
}

jlong JNICALL listen(JNIEnv*, jclass, jlong server) {
    return withSocket<SocketServer>(server, [](SocketServer& socket) { return done(socket.listen()); });
}

// Copies the address to the array, and returns its length.
jlong put(JNIEnv* env, const win32::Result<win32::SocketAddress>& address, jbyteArray to) noexcept {
    if (!address) {
        return refused(address.error());
    }
    const jint length = address->length();
    if (to == nullptr || env->GetArrayLength(to) < length) {
        return refused(EngineError::kBadBuffer);
    }
    env->SetByteArrayRegion(to, 0, length, reinterpret_cast<const jbyte*>(address->raw()));
    return length;
}

jlong JNICALL localAddress(JNIEnv* env, jclass, jlong device, jbyteArray to) {
    return withSocket<Socket>(device, [&](Socket& socket) { return put(env, socket.localAddress(), to); });
}

jlong JNICALL remoteAddress(JNIEnv* env, jclass, jlong device, jbyteArray to) {
    return withSocket<Socket>(device, [&](Socket& socket) { return put(env, socket.remoteAddress(), to); });
}

jlong JNICALL available(JNIEnv*, jclass, jlong device) {
    return withSocket<Socket>(device, [](Socket& socket) { return resultOf(socket.available()); });
}

jlong JNICALL set(JNIEnv*, jclass, jlong device, jint option, jint value) {
    const SocketSetting setting{static_cast<SocketOption>(option), value};
    return withSocket<Socket>(device, [&](Socket& socket) { return done(socket.set(setting)); });
}

jlong JNICALL get(JNIEnv*, jclass, jlong device, jint option) {
    return withSocket<Socket>(device, [&](Socket& socket) {
        const auto value = socket.get(static_cast<SocketOption>(option));
        return value ? jlong{*value} + 1 : refused(value.error());
    });
}

}  // namespace

std::vector<JNINativeMethod> socketNatives() {
    return {
        native("openServer", "(JLjava/lang/String;[B[IIIIJ)J", openServer),
        native("listen", "(J)J", listen),
        native("localAddress", "(J[B)J", localAddress),
        native("remoteAddress", "(J[B)J", remoteAddress),
        native("available", "(J)J", available),
        native("set", "(JII)J", set),
        native("get", "(JI)J", get),
    };
}

}  // namespace iocp4j::jni
