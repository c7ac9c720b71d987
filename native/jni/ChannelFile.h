#pragma once

#include <jni.h>

#include <utility>

#include "engine/operation/EngineError.h"
#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::jni {

// The java.io.FileDescriptor of a FileChannel of the JDK.
class ChannelFile {
public:
    // `channel` may be any object.
    ChannelFile(JNIEnv* env, jobject channel) noexcept;
    ChannelFile(const ChannelFile&) = delete;
    ChannelFile& operator=(const ChannelFile&) = delete;

    // False if the channel has another class, or another JDK has other fields.
    bool known() const noexcept { return descriptor_ != nullptr; }

    // INVALID_HANDLE_VALUE if the channel is closed.
    HANDLE handle() const noexcept { return reinterpret_cast<HANDLE>(env_->GetLongField(descriptor_, handle_)); }

private:
    JNIEnv* const env_;
    jobject descriptor_ = nullptr;
    jfieldID handle_ = nullptr;
};

// Calls `open(HANDLE)`, which must duplicate the channel's handle. If another thread closes the channel meanwhile, the
// number may be that of another object by then. The JDK clears the field before it closes the handle; therefore the
// second look finds out.
template <class Open>
win32::Result<win32::Handle> withFileOf(JNIEnv* env, jobject channel, const Open& open) {
    using Opened = win32::Result<win32::Handle>;
    const ChannelFile file{env, channel};
    if (!file.known()) {
        return Opened::failure(code(EngineError::kWrongDevice));
    }
    const HANDLE handle = file.handle();
    if (handle == INVALID_HANDLE_VALUE) {
        return Opened::failure(ERROR_INVALID_HANDLE);
    }
    Opened opened = open(handle);
    return file.handle() == handle ? std::move(opened) : Opened::failure(ERROR_INVALID_HANDLE);
}

}  // namespace iocp4j::jni
