#include "devices/NamedPipeClient.h"
#include "devices/NamedPipeServer.h"
#include "engine/CompletionPort.h"
#include "jni/Answer.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"

namespace iocp4j::jni {

namespace {

// The limits of NamedPipeServer.Builder.
constexpr jint kMaxBuffer = 1 << 24;
constexpr jint kMaxListening = 1'024;

constexpr bool isDirection(jint direction) noexcept {
    return within(direction, static_cast<jint>(PipeDirection::kInbound), static_cast<jint>(PipeDirection::kDuplex));
}

jlong JNICALL openPipeServer(JNIEnv* env, jclass, jlong port, jstring name, jint direction, jint mode, jint inBuffer,
                             jint outBuffer, jint maxInstances, jint listening, jboolean acceptRemote, jstring sddl,
                             jlong token) {
    if (!isDirection(direction) || !within(mode, 0, 1) || !within(inBuffer, 0, kMaxBuffer) ||
        !within(outBuffer, 0, kMaxBuffer) || !within(maxInstances, 1, PIPE_UNLIMITED_INSTANCES) ||
        !within(listening, 1, kMaxListening)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return answerOf([&] {
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        if (!found) {
            return refused(Refusal::kPortClosed);
        }
        NamedPipeServerSettings settings;
        settings.name = toWide(env, name);
        settings.direction = static_cast<PipeDirection>(direction);
        settings.messages = mode != 0;
        settings.inBuffer = static_cast<std::uint32_t>(inBuffer);
        settings.outBuffer = static_cast<std::uint32_t>(outBuffer);
        settings.maxInstances = static_cast<std::uint32_t>(maxInstances);
        settings.listening = static_cast<std::uint32_t>(listening);
        settings.acceptRemote = acceptRemote != JNI_FALSE;
        settings.sddl = toWide(env, sddl);
        settings.token = static_cast<std::uint64_t>(token);
        return answer(NamedPipeServer::open(*found, settings));
    });
}

jlong JNICALL listen(JNIEnv*, jclass, jlong server) {
    return answerOf([&] {
        const Share<Device> found{static_cast<Device::Key>(server)};
        auto* listener = found ? dynamic_cast<NamedPipeServer*>(&*found) : nullptr;
        if (listener == nullptr) {
            return refused(Refusal::kDeviceClosed);
        }
        const win32::ErrorCode error = listener->listen();
        return error == ERROR_SUCCESS ? jlong{1} : refused(error);
    });
}

jlong JNICALL connectPipe(JNIEnv* env, jclass, jlong port, jstring name, jint direction, jboolean messages,
                          jint milliseconds) {
    if (!isDirection(direction)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return answerOf([&] {
        NamedPipeClientSettings settings;
        settings.name = toWide(env, name);
        settings.direction = static_cast<PipeDirection>(direction);
        settings.readMessages = messages != JNI_FALSE;
        settings.patience = std::chrono::milliseconds{milliseconds};
        return answer(connectNamedPipe(static_cast<CompletionPort::Key>(port), settings));
    });
}

jint JNICALL pipeServerProcessId(JNIEnv*, jclass, jlong device) {
    const Share<Device> found{static_cast<Device::Key>(device)};
    return found ? static_cast<jint>(serverProcessId(*found)) : 0;
}

}  // namespace

std::vector<JNINativeMethod> namedPipeNatives() {
    return {
        native("openServer", "(JLjava/lang/String;IIIIIIZLjava/lang/String;J)J", openPipeServer),
        native("listen", "(J)J", listen),
        native("connect", "(JLjava/lang/String;IZI)J", connectPipe),
        native("serverProcessId", "(J)I", pipeServerProcessId),
    };
}

}  // namespace iocp4j::jni
