#include "devices/other/JobObject.h"
#include "engine/port/CompletionPort.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openJobObject(JNIEnv*, jclass, jlong port, jboolean killOnClose) {
    return answerOf([&] {
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        return found ? answer(JobObject::open(*found, killOnClose == JNI_TRUE)) : refused(Refusal::kPortClosed);
    });
}

jlong JNICALL assign(JNIEnv*, jclass, jlong device, jint process) {
    return ask<JobObject>(device, [&](JobObject& job) { return answered(job.assign(static_cast<DWORD>(process))); });
}

jlong JNICALL terminate(JNIEnv*, jclass, jlong device, jint exitCode) {
    return ask<JobObject>(
        device, [&](JobObject& job) { return answered(job.terminate(static_cast<std::uint32_t>(exitCode))); });
}

jlong JNICALL processes(JNIEnv*, jclass, jlong device) {
    return ask<JobObject>(device, [](JobObject& job) { return answer(job.processes()); });
}

jlong JNICALL awaitEmpty(JNIEnv*, jclass, jlong device, jlong token, jint milliseconds) {
    Pinned none;
    return submit<JobObject>(device, Opcode::kWait, none, token, milliseconds,
                             [](JobObject& job, Operation& operation) { return job.awaitEmpty(operation); });
}

}  // namespace

std::vector<JNINativeMethod> jobObjectNatives() {
    return {
        native("open", "(JZ)J", openJobObject),     native("assign", "(JI)J", assign),
        native("terminate", "(JI)J", terminate),    native("processes", "(J)J", processes),
        native("awaitEmpty", "(JJI)J", awaitEmpty),
    };
}

}  // namespace iocp4j::jni
