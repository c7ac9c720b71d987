#include "devices/other/WaitableDevice.h"

#include <memory>

#include "engine/port/CompletionPort.h"
#include "win32/WaitableHandle.h"

namespace iocp4j {

win32::Result<Device::Key> WaitableDevice::open(CompletionPort& port, std::wstring name, HANDLE object) {
    auto copy = win32::waitableCopy(object);
    if (!copy) {
        return win32::Result<Device::Key>::failure(copy.error());
    }
    if (win32::isMutex(copy->get())) {
        // The thread that waits would become the owner of the mutex.
        return win32::Result<Device::Key>::failure(code(EngineError::kMutex));
    }
    return port.add(std::make_unique<WaitableDevice>(port, std::move(name), std::move(*copy)));
}

WaitableDevice::WaitableDevice(CompletionPort& port, std::wstring name, win32::Handle object)
    : Device(port, std::move(name), win32::Handle{}), waits_(port.objectWaits()), object_(std::move(object)) {}

bool WaitableDevice::cancel(Operation* operation) noexcept {
    if (operation == nullptr) {
        waits_.cancelAll(*this);
        return true;
    }
    return waits_.cancel(*operation);
}

std::optional<WaitableDevice::Outcome> WaitableDevice::signalled(void*, std::uint32_t) noexcept {
    return Outcome{ERROR_SUCCESS, 0};
}

}  // namespace iocp4j
