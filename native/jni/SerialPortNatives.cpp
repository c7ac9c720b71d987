#include "devices/other/SerialPort.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// In the order in which SerialPort.java writes them.
enum Setting : jsize {
    kBaud,
    kDataBits,
    kParity,
    kStopBits,
    kFlowControl,
    kDtr,
    kRts,
    kReadInterval,
    kReadMultiplier,
    kReadConstant,
    kWriteMultiplier,
    kWriteConstant,
    kSettings,
};

bool areSettings(const jint (&given)[kSettings]) noexcept {
    return given[kBaud] > 0 && within(given[kDataBits], 5, 8) && within(given[kParity], NOPARITY, SPACEPARITY) &&
           within(given[kStopBits], ONESTOPBIT, TWOSTOPBITS) &&
           within(given[kFlowControl], static_cast<jint>(SerialSettings::FlowControl::kNone),
                  static_cast<jint>(SerialSettings::FlowControl::kXonXoff));
}

jlong JNICALL openSerialPort(JNIEnv* env, jclass, jlong port, jstring name, jintArray settings) {
    jint given[kSettings] = {};
    if (settings == nullptr || env->GetArrayLength(settings) != kSettings) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    env->GetIntArrayRegion(settings, 0, kSettings, given);
    if (!areSettings(given)) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        SerialSettings line;
        line.name = toWide(env, name);
        line.baud = static_cast<std::uint32_t>(given[kBaud]);
        line.dataBits = static_cast<std::uint8_t>(given[kDataBits]);
        line.parity = static_cast<std::uint8_t>(given[kParity]);
        line.stopBits = static_cast<std::uint8_t>(given[kStopBits]);
        line.flowControl = static_cast<SerialSettings::FlowControl>(given[kFlowControl]);
        line.dtr = given[kDtr] != 0;
        line.rts = given[kRts] != 0;
        line.timeouts = {static_cast<DWORD>(given[kReadInterval]), static_cast<DWORD>(given[kReadMultiplier]),
                         static_cast<DWORD>(given[kReadConstant]), static_cast<DWORD>(given[kWriteMultiplier]),
                         static_cast<DWORD>(given[kWriteConstant])};
        return resultOf(SerialPort::open(found, line));
    });
}

jlong JNICALL awaitEvents(JNIEnv*, jclass, jlong device, jint events, jlong token, jint milliseconds) {
    Pinned none;
    return submit<SerialPort>(device, Opcode::kCommEvent, none, token, milliseconds,
                              [&](SerialPort& port, Operation& operation) {
                                  return port.awaitEvents(operation, static_cast<std::uint32_t>(events));
                              });
}

jlong JNICALL escape(JNIEnv*, jclass, jlong device, jint function) {
    return onDevice<SerialPort>(
        device, [&](SerialPort& port) { return resultOf(port.escape(static_cast<std::uint32_t>(function))); });
}

jlong JNICALL modemStatus(JNIEnv*, jclass, jlong device) {
    return onDevice<SerialPort>(device, [](SerialPort& port) {
        const auto status = port.modemStatus();
        return status ? jlong{*status} : refused(status.error());
    });
}

jlong JNICALL purge(JNIEnv*, jclass, jlong device, jint flags) {
    return onDevice<SerialPort>(
        device, [&](SerialPort& port) { return resultOf(port.purge(static_cast<std::uint32_t>(flags))); });
}

}  // namespace

std::vector<JNINativeMethod> serialPortNatives() {
    return {
        native("open", "(JLjava/lang/String;[I)J", openSerialPort),
        native("awaitEvents", "(JIJI)J", awaitEvents),
        native("escape", "(JI)J", escape),
        native("modemStatus", "(J)J", modemStatus),
        native("purge", "(JI)J", purge),
    };
}

}  // namespace iocp4j::jni
