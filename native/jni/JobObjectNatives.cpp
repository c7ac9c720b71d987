#include "devices/other/JobObject.h"
#include "engine/port/CompletionPort.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openJobObject(JNIEnv*, jclass, jlong port, jboolean killOnClose) {
    return onPort(port,
                  [&](CompletionPort& found) { return resultOf(JobObject::open(found, killOnClose == JNI_TRUE)); });
}

jlong JNICALL assign(JNIEnv*, jclass, jlong device, jint process) {
    return onDevice<JobObject>(device,
                               [&](JobObject& job) { return resultOf(job.assign(static_cast<DWORD>(process))); });
}

jlong JNICALL terminate(JNIEnv*, jclass, jlong device, jint exitCode) {
    return onDevice<JobObject>(
        device, [&](JobObject& job) { return resultOf(job.terminate(static_cast<std::uint32_t>(exitCode))); });
}

jlong JNICALL processes(JNIEnv*, jclass, jlong device) {
    return onDevice<JobObject>(device, [](JobObject& job) { return resultOf(job.processes()); });
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
