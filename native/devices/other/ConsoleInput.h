#pragma once

#include "devices/other/WaitableDevice.h"

namespace iocp4j {

// Keyboard, mouse and window events of the console of this process. A console handle cannot be bound to a port, and
// reading from it blocks; but the handle is signalled while there is input.
class ConsoleInput final : public WaitableDevice {
public:
    // Fails with ERROR_INVALID_HANDLE or another error of CreateFile if the process has no console.
    static win32::Result<Device::Key> open(CompletionPort& port);

    using WaitableDevice::WaitableDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kConsoleInput};
        return kTraits;
    }

    // Reads as many INPUT_RECORDs as are available and fit, at least one.
    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;

private:
    std::optional<Outcome> signalled(void* buffer, std::uint32_t length) noexcept override;
};

}  // namespace iocp4j
