#include "devices/other/WaitableDevice.h"
#include "devices/other/WaitableObject.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

jlong JNICALL openWaitableDevice(JNIEnv* env, jclass, jlong port, jstring name, jlong object) {
    return onPort(port, [&](CompletionPort& found) {
        const Share<WaitableObject> watched{static_cast<WaitableObject::Key>(object)};
        return watched ? resultOf(WaitableDevice::open(found, toWide(env, name), watched->handle()))
                       : refused(EngineError::kBadObject);
    });
}

jlong JNICALL wait(JNIEnv*, jclass, jlong device, jlong token, jint milliseconds) {
    Pinned none;
    return submit<WaitableDevice>(device, Opcode::kWait, none, token, milliseconds,
                                  [](WaitableDevice& target, Operation& operation) { return target.wait(operation); });
}

}  // namespace

std::vector<JNINativeMethod> waitableDeviceNatives() {
    return {
        native("open", "(JLjava/lang/String;J)J", openWaitableDevice),
        native("await", "(JJI)J", wait),
    };
}

}  // namespace iocp4j::jni
