#include "devices/other/Mailslot.h"
#include "engine/port/CompletionPort.h"
#include "jni/JavaVm.h"
#include "jni/Natives.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

namespace {

// Negative milliseconds mean no timeout.
jlong JNICALL openMailslotServer(JNIEnv* env, jclass, jlong port, jstring name, jint longestMessage, jint milliseconds,
                                 jstring sddl) {
    if (longestMessage < 0) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return onPort(port, [&](CompletionPort& found) {
        MailslotSettings settings;
        settings.name = toWide(env, name);
        settings.longestMessage = static_cast<std::uint32_t>(longestMessage);
        settings.timeout = milliseconds < 0 ? MAILSLOT_WAIT_FOREVER : static_cast<std::uint32_t>(milliseconds);
        settings.sddl = toWide(env, sddl);
        return resultOf(MailslotServer::open(found, settings));
    });
}

jlong JNICALL openMailslotClient(JNIEnv* env, jclass, jlong port, jstring name) {
    return onPort(port,
                  [&](CompletionPort& found) { return resultOf(MailslotClient::open(found, toWide(env, name))); });
}

jlong JNICALL mailslotContents(JNIEnv*, jclass, jlong device) {
    return onDevice<MailslotServer>(device, [](MailslotServer& server) {
        auto contents = server.contents();
        return contents ? both(contents->nextLength, contents->messages) : refused(contents.error());
    });
}

}  // namespace

std::vector<JNINativeMethod> mailslotNatives() {
    return {
        native("openServer", "(JLjava/lang/String;IILjava/lang/String;)J", openMailslotServer),
        native("openClient", "(JLjava/lang/String;)J", openMailslotClient),
        native("contents", "(J)J", mailslotContents),
    };
}

}  // namespace iocp4j::jni
