#include "devices/other/WaitableObject.h"

#include <memory>

#include "engine/operation/EngineError.h"

namespace iocp4j {

namespace {

// Distinct from the kinds in keys of devices, ports, registered buffers and pollers.
constexpr std::uint8_t kObjectKind = 4;

}  // namespace

SlotTable<WaitableObject>& WaitableObject::table() noexcept {
    // Never destroyed, because a thread may still wait while the process exits.
    static auto& objects = *new SlotTable<WaitableObject>{kObjectKind};
    return objects;
}

win32::Result<WaitableObject::Key> WaitableObject::open(win32::Handle handle) {
    if (!handle) {
        return win32::Result<Key>::failure(::GetLastError());
    }
    std::unique_ptr<WaitableObject> object{new WaitableObject{std::move(handle)}};
    if (!table().open(object.get(), object->key_)) {
        return win32::Result<Key>::failure(code(EngineError::kDeviceLimit));
    }
    return object.release()->key_;
}

void WaitableObject::close(Key key) noexcept {
    // While this share exists, close() below cannot return kEmpty. The last share disposes of the object.
    if (const Share<WaitableObject> object{key}) {
        (void)table().close(key);
    }
}

void WaitableObject::dispose(WaitableObject* object) noexcept {
    const Key key = object->key_;
    delete object;
    table().dispose(key);
}

}  // namespace iocp4j
