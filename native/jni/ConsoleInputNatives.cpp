#include "devices/other/ConsoleInput.h"
#include "engine/port/CompletionPort.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openConsoleInput(JNIEnv*, jclass, jlong port) {
    return onPort(port, [&](CompletionPort& found) { return resultOf(ConsoleInput::open(found)); });
}

}  // namespace

std::vector<JNINativeMethod> consoleInputNatives() { return {native("open", "(J)J", openConsoleInput)}; }

}  // namespace iocp4j::jni
