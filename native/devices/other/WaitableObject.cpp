#include "devices/other/WaitableObject.h"

#include <memory>

#include "engine/operation/EngineError.h"

namespace iocp4j {

namespace {

// In keys, apart from those of devices, ports, registered buffers and pollers.
constexpr std::uint8_t kObjectKind = 4;

}  // namespace

SlotTable<WaitableObject>& WaitableObject::table() noexcept {
    // Never destroyed: a thread may still be waiting while the process exits.
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
    // With this share the table cannot find the object unused: the end of the share does.
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
