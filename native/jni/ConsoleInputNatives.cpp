#include "devices/other/ConsoleInput.h"
#include "engine/port/CompletionPort.h"
#include "jni/Answer.h"
#include "jni/Natives.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openConsoleInput(JNIEnv*, jclass, jlong port) {
    return answerOf([&] {
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        return found ? answer(ConsoleInput::open(*found)) : refused(Refusal::kPortClosed);
    });
}

}  // namespace

std::vector<JNINativeMethod> consoleInputNatives() { return {native("open", "(J)J", openConsoleInput)}; }

}  // namespace iocp4j::jni
