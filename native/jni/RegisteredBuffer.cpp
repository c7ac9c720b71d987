#include "jni/RegisteredBuffer.h"

#include <memory>

#include "engine/operation/EngineError.h"
#include "jni/JavaVm.h"

namespace iocp4j::jni {

namespace {

// Distinct from the kinds in keys of devices and ports.
constexpr std::uint8_t kBufferKind = 2;

}  // namespace

SlotTable<RegisteredBuffer>& RegisteredBuffer::table() noexcept {
    // Never destroyed, because a worker may still run while the process exits.
    static auto& buffers = *new SlotTable<RegisteredBuffer>{kBufferKind};
    return buffers;
}

win32::Result<RegisteredBuffer::Key> RegisteredBuffer::open(JNIEnv* env, jobject buffer) {
    using Opened = win32::Result<Key>;
    std::unique_ptr<RegisteredBuffer> registered{new RegisteredBuffer};
    registered->address_ = buffer != nullptr ? static_cast<char*>(env->GetDirectBufferAddress(buffer)) : nullptr;
    if (registered->address_ == nullptr) {
        return Opened::failure(code(EngineError::kBadBuffer));
    }
    registered->capacity_ = env->GetDirectBufferCapacity(buffer);
    registered->pin_ = env->NewGlobalRef(buffer);
    if (registered->pin_ == nullptr) {
        return Opened::failure(code(EngineError::kOutOfMemory));
    }
    if (!table().open(registered.get(), registered->key_)) {
        env->DeleteGlobalRef(registered->pin_);
        return Opened::failure(code(EngineError::kDeviceLimit));
    }
    return registered.release()->key_;
}

void RegisteredBuffer::close(Key key) noexcept {
    // While this share exists, close() below cannot return kEmpty. The last share disposes of the buffer.
    if (const Share<RegisteredBuffer> buffer{key}) {
        table().close(key);
    }
}

void RegisteredBuffer::dispose(RegisteredBuffer* buffer) noexcept {
    const Key key = buffer->key_;
    // The thread that ends the last share is a worker or has come from Java, and is attached.
    environment()->DeleteGlobalRef(buffer->pin_);
    delete buffer;
    table().dispose(key);
}

}  // namespace iocp4j::jni
