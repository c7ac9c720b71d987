#include "devices/pipe/NamedPipeClient.h"
#include "devices/pipe/NamedPipeServer.h"
#include "devices/pipe/PipeAcceptor.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "jni/PipeListener.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// The number of waiting instances that adapts (NamedPipeServer.java).
constexpr jint kAdaptive = -1;

constexpr bool isDirection(jint direction) noexcept {
    return within(direction, static_cast<jint>(PipeDirection::kInbound), static_cast<jint>(PipeDirection::kDuplex));
}

jlong JNICALL openPipeServer(JNIEnv* env, jclass, jlong port, jstring name, jint direction, jint mode, jint inBuffer,
                             jint outBuffer, jint maxInstances, jint listening, jboolean detached,
                             jboolean acceptRemote, jstring sddl, jlong token) {
    if (!isDirection(direction) || !within(mode, 0, 1) || !within(inBuffer, 0, NamedPipeServerSettings::kMaxBuffer) ||
        !within(outBuffer, 0, NamedPipeServerSettings::kMaxBuffer) ||
        !within(maxInstances, 1, PIPE_UNLIMITED_INSTANCES) ||
        !within(listening, kAdaptive, NamedPipeServerSettings::kMaxListening)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        NamedPipeServerSettings settings;
        settings.name = toWide(env, name);
        settings.direction = static_cast<PipeDirection>(direction);
        settings.messages = mode != 0;
        settings.inBuffer = static_cast<std::uint32_t>(inBuffer);
        settings.outBuffer = static_cast<std::uint32_t>(outBuffer);
        settings.maxInstances = static_cast<std::uint32_t>(maxInstances);
        settings.listening = static_cast<std::uint32_t>(listening);
        if (listening == kAdaptive) {
            settings.adapt();
        }
        settings.detached = detached != JNI_FALSE;
        settings.acceptRemote = acceptRemote != JNI_FALSE;
        settings.sddl = toWide(env, sddl);
        settings.token = static_cast<std::uint64_t>(token);
        return resultOf(settings.listening == 0 || settings.detached ? PipeAcceptor::open(found, settings)
                                                                     : NamedPipeServer::open(found, settings));
    });
}

jlong JNICALL listen(JNIEnv*, jclass, jlong server) {
    return guarded([&] {
        const Share<Device> found{static_cast<Device::Key>(server)};
        if (!found) {
            return refused(EngineError::kDeviceClosed);
        }
        if (auto* listener = dynamic_cast<NamedPipeServer*>(&*found)) {
            return resultOf(listener->listen());
        }
        auto* acceptor = dynamic_cast<PipeAcceptor*>(&*found);
        return acceptor != nullptr ? resultOf(acceptor->listen()) : refused(EngineError::kWrongDevice);
    });
}

jlong JNICALL accept(JNIEnv*, jclass, jlong server, jlong token, jint milliseconds) {
    const jlong onDemand = onDevice<PipeAcceptor>(server, [](PipeAcceptor& acceptor) {
        return acceptor.onDemand() ? jlong{1} : refused(EngineError::kWrongDevice);
    });
    if (onDemand < 0) {
        return onDemand;
    }
    Pinned none;
    return submit<PipeAcceptor>(server, Opcode::kAccept, none, token, milliseconds,
                                [](PipeAcceptor& target, Operation& operation) { return target.accept(operation); });
}

jlong JNICALL openPipeClient(JNIEnv* env, jclass, jlong port, jstring name, jint direction, jboolean messages,
                             jint impersonation, jboolean wait, jboolean waitForServer) {
    if (!isDirection(direction) || !within(impersonation, SecurityAnonymous, SecurityDelegation)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        NamedPipeClientSettings settings;
        settings.name = toWide(env, name);
        settings.direction = static_cast<PipeDirection>(direction);
        settings.readMessages = messages != JNI_FALSE;
        settings.impersonation = static_cast<SECURITY_IMPERSONATION_LEVEL>(impersonation);
        settings.wait = wait != JNI_FALSE;
        settings.waitForServer = waitForServer != JNI_FALSE;
        return resultOf(NamedPipeClient::open(found, settings));
    });
}

jlong JNICALL startConnectPipe(JNIEnv*, jclass, jlong device, jlong token, jint milliseconds) {
    Pinned none;
    return submit<NamedPipeClient>(
        device, Opcode::kConnect, none, token, milliseconds,
        [&](NamedPipeClient& client, Operation& operation) { return client.connect(operation); });
}

// Returns 1 if connected, or 0 if the listener gets the result later.
jlong JNICALL connectPipe(JNIEnv* env, jclass, jlong device, jobject connect) {
    if (connect == nullptr) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onDevice<NamedPipeClient>(device, [&](NamedPipeClient& client) {
        return guarded([&] {
            // Deletes itself if it is called, perhaps already during connect().
            auto* const listener = new PipeListener{env, connect};
            const win32::ErrorCode error = client.connect(*listener);
            if (error == ERROR_IO_PENDING) {
                return jlong{0};
            }
            delete listener;
            return resultOf(error);
        });
    });
}

jint JNICALL pipeServerProcessId(JNIEnv*, jclass, jlong device) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found ? static_cast<jint>(serverProcessId(*found)) : 0;
}

jlong JNICALL pipePeerSessionId(JNIEnv*, jclass, jlong device) {
    return onDevice<NamedPipe>(device, [](NamedPipe& pipe) {
        const auto session = pipe.peerSession();
        return session ? jlong{*session} : refused(session.error());
    });
}

jlong JNICALL transact(JNIEnv* env, jclass, jlong device, jobject request, jint requestOffset, jint requestLength,
                       jobject reply, jint replyOffset, jint replyLength, jlong token, jint milliseconds) {
    Buffer question{env, request, requestOffset, requestLength};
    Buffer room{env, reply, replyOffset, replyLength};
    return submit<NamedPipe>(
        device, Opcode::kTransact, question, room, token, milliseconds, [&](NamedPipe& pipe, Operation& operation) {
            return pipe.transact(operation, question.address(), question.length(), room.address(), room.length());
        });
}

jlong JNICALL peek(JNIEnv*, jclass, jlong device) {
    return onDevice<NamedPipe>(device, [](NamedPipe& pipe) {
        auto contents = pipe.peek();
        return contents ? both(contents->leftInMessage, contents->bytes) : refused(contents.error());
    });
}

jlong JNICALL flush(JNIEnv*, jclass, jlong device) {
    return onDevice<NamedPipe>(device, [](NamedPipe& pipe) { return resultOf(pipe.flush()); });
}

jlong JNICALL disconnect(JNIEnv*, jclass, jlong device) {
    return onDevice<NamedPipe>(device, [](NamedPipe& pipe) { return resultOf(pipe.disconnect()); });
}

jlong JNICALL keepsMessages(JNIEnv*, jclass, jlong device) {
    return onDevice<NamedPipe>(device, [](NamedPipe& pipe) { return jlong{pipe.keepsMessages()}; });
}

}  // namespace

std::vector<JNINativeMethod> namedPipeNatives() {
    return {
        native("openServer", "(JLjava/lang/String;IIIIIIZZLjava/lang/String;J)J", openPipeServer),
        native("listen", "(J)J", listen),
        native("accept", "(JJI)J", accept),
        native("openClient", "(JLjava/lang/String;IZIZZ)J", openPipeClient),
        native("startConnect", "(JJI)J", startConnectPipe),
        native("connect", "(JLio/github/iocp4j/internal/PipeConnect;)J", connectPipe),
        native("serverProcessId", "(J)I", pipeServerProcessId),
        native("peerSessionId", "(J)J", pipePeerSessionId),
        native("transact", "(JLjava/nio/ByteBuffer;IILjava/nio/ByteBuffer;IIJI)J", transact),
        native("peek", "(J)J", peek),
        native("flush", "(J)J", flush),
        native("disconnect", "(J)J", disconnect),
        native("keepsMessages", "(J)J", keepsMessages),
    };
}

}  // namespace iocp4j::jni
