#include "devices/other/ConsoleInput.h"
#include "engine/port/CompletionPort.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openConsoleInput(JNIEnv*, jclass, jlong port) {
    return guarded([&] {
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        return found ? resultOf(ConsoleInput::open(*found)) : refused(EngineError::kPortClosed);
    });
}

}  // namespace

std::vector<JNINativeMethod> consoleInputNatives() { return {native("open", "(J)J", openConsoleInput)}; }

}  // namespace iocp4j::jni
