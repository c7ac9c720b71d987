#pragma once

#include "devices/other/WaitableDevice.h"

namespace iocp4j {

// The keyboard, mouse and window of the console that the process has. No port takes a console's handle, and reading it
// blocks; but it is signalled as long as there is input.
class ConsoleInput final : public WaitableDevice {
public:
    // Fails with ERROR_INVALID_HANDLE, or whatever Windows says, where the process has no console.
    static win32::Result<Device::Key> open(CompletionPort& port);

    using WaitableDevice::WaitableDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kConsoleInput};
        return kTraits;
    }

    // As many INPUT_RECORDs as there are and fit, at least one.
    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;

private:
    std::optional<Outcome> signalled(void* buffer, std::uint32_t length) noexcept override;
};

}  // namespace iocp4j
