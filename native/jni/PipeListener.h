#pragma once

#include <jni.h>

#include "devices/pipe/NamedPipeClient.h"

namespace iocp4j::jni {

// Passes the result of a connect to a PipeConnect in Java, and deletes itself then.
class PipeListener final : public NamedPipeClient::Listener {
public:
    // May throw std::bad_alloc.
    PipeListener(JNIEnv* env, jobject connect);
    PipeListener(const PipeListener&) = delete;
    PipeListener& operator=(const PipeListener&) = delete;
    ~PipeListener();

private:
    void onConnected(win32::ErrorCode error, win32::ErrorCode last) noexcept override;

    // Looked up for each object. After the class has been unloaded with its loader, another class loader may load this
    // DLL again, and an id from before would be invalid.
    const jmethodID connected_;
    const jobject connect_;  // global reference
};

}  // namespace iocp4j::jni
