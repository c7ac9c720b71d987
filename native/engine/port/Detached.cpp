#include "engine/port/Detached.h"

#include "engine/port/CompletionPort.h"

namespace iocp4j {

namespace {

// Distinct from the kinds in keys of devices, ports, registered buffers, pollers, waitable objects and threads.
constexpr std::uint8_t kDetachedKind = 6;

}  // namespace

SlotTable<Detached>& Detached::table() noexcept {
    // Never destroyed, because a worker may still run while the process exits.
    static auto& all = *new SlotTable<Detached>{kDetachedKind};
    return all;
}

win32::Result<Detached::Key> Detached::add(std::unique_ptr<Detached> detached) noexcept {
    if (!table().open(detached.get(), detached->key_)) {
        return win32::Result<Key>::failure(code(EngineError::kDeviceLimit));
    }
    return detached.release()->key_;
}

void Detached::close(Key key) noexcept {
    // While this share exists, close() below cannot return kEmpty. The last share disposes of the object.
    if (const Share<Detached> detached{key}) {
        (void)table().close(key);
    }
}

win32::Result<Device::Key> Detached::associate(Key key, CompletionPort& port) {
    const Share<Detached> detached{key};
    const win32::ErrorCode error = claim(detached, port);
    return error == ERROR_SUCCESS ? detached->toDevice(port) : win32::Result<Device::Key>::failure(error);
}

win32::ErrorCode Detached::claim(const Share<Detached>& detached, CompletionPort& port) noexcept {
    if (!detached) {
        return code(EngineError::kDeviceClosed);
    }
    if (const win32::ErrorCode error = port.errorOfAdding(); error != ERROR_SUCCESS) {
        return error;
    }
    return table().close(detached->key()) != Gate::Closing::kRefused ? ERROR_SUCCESS : code(EngineError::kDeviceClosed);
}

void Detached::dispose(Detached* detached) noexcept {
    const Key key = detached->key_;
    delete detached;
    table().dispose(key);
}

}  // namespace iocp4j
