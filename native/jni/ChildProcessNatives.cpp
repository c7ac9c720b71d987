#include "devices/process/ChildProcess.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// The limit of ChildProcess.Builder.
constexpr jint kMaxBuffer = 1 << 24;

// Process id and the keys of the three streams.
constexpr jsize kOpenedLength = 4;

bool isStream(jint stream, ChildStream last) noexcept {
    return within(stream, static_cast<jint>(ChildStream::kPipe), static_cast<jint>(last));
}

jlong JNICALL openChildProcess(JNIEnv* env, jclass, jlong port, jstring commandLine, jstring folder,
                               jstring environment, jint input, jint output, jint error, jint buffer,
                               jboolean killAtClose, jlong job, jlongArray opened) {
    if (!isStream(input, ChildStream::kNull) || !isStream(output, ChildStream::kNull) ||
        !isStream(error, ChildStream::kMerge) || !within(buffer, 0, kMaxBuffer) || opened == nullptr ||
        env->GetArrayLength(opened) != kOpenedLength) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        ChildProcessSettings settings;
        settings.commandLine = toWide(env, commandLine);
        settings.folder = toWide(env, folder);
        settings.environment = toWide(env, environment);
        settings.streams = {static_cast<ChildStream>(input), static_cast<ChildStream>(output),
                            static_cast<ChildStream>(error)};
        settings.buffer = static_cast<std::uint32_t>(buffer);
        settings.killAtClose = killAtClose != JNI_FALSE;
        settings.job = static_cast<Device::Key>(job);
        if (settings.commandLine.empty() || settings.commandLine.find(L'\0') != std::wstring::npos ||
            settings.folder.find(L'\0') != std::wstring::npos) {
            return refused(ERROR_INVALID_PARAMETER);
        }
        const auto started = ChildProcess::open(found, settings);
        if (!started) {
            return refused(started.error());
        }
        const jlong keys[kOpenedLength] = {static_cast<jlong>(started->id), static_cast<jlong>(started->streams[0]),
                                           static_cast<jlong>(started->streams[1]),
                                           static_cast<jlong>(started->streams[2])};
        env->SetLongArrayRegion(opened, 0, kOpenedLength, keys);
        return static_cast<jlong>(started->process);
    });
}

jlong JNICALL awaitExit(JNIEnv*, jclass, jlong device, jboolean kill, jlong token, jint milliseconds) {
    Pinned none;
    return submit<ChildProcess>(
        device, Opcode::kWait, none, token, milliseconds,
        [&](ChildProcess& target, Operation& operation) { return target.awaitExit(operation, kill != JNI_FALSE); });
}

jlong JNICALL killTree(JNIEnv*, jclass, jlong device, jint exitCode) {
    return onDevice<ChildProcess>(
        device, [&](ChildProcess& child) { return resultOf(child.kill(static_cast<std::uint32_t>(exitCode))); });
}

jlong JNICALL processes(JNIEnv*, jclass, jlong device) {
    return onDevice<ChildProcess>(device, [](ChildProcess& child) { return resultOf(child.processes()); });
}

}  // namespace

std::vector<JNINativeMethod> childProcessNatives() {
    return {
        native("open", "(JLjava/lang/String;Ljava/lang/String;Ljava/lang/String;IIIIZJ[J)J", openChildProcess),
        native("awaitExit", "(JZJI)J", awaitExit),
        native("kill", "(JI)J", killTree),
        native("processes", "(J)J", processes),
    };
}

}  // namespace iocp4j::jni
