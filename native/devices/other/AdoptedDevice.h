#pragma once

#include <atomic>
#include <string>

#include "devices/ByteDevice.h"
#include "win32/Result.h"

namespace iocp4j {

// A handle of any kind that other code has opened.
class AdoptedDevice : public ByteDevice {
public:
    enum class Ownership {
        kKept,    // the caller closes the handle
        kPassed,  // the device closes the handle
    };

    // On failure the handle is unchanged, and the caller still owns it.
    static win32::Result<Device::Key> adopt(CompletionPort& port, HANDLE handle, Ownership ownership);

    // Opens a device or file by its path with FILE_FLAG_OVERLAPPED (CreateFileW).
    static win32::Result<Device::Key> open(CompletionPort& port, const std::wstring& path, DWORD access);

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kAdopted, .errorOfInline = &errorOfInline};
        return kTraits;
    }

private:
    // If the handle is a socket, the rules of Socket apply.
    static win32::ErrorCode errorOfInline(HANDLE handle) noexcept;

    void onEnding() noexcept override;

    std::atomic<bool> closes_{false};  // closes the handle in onEnding(), because handle_ does not own it
};

}  // namespace iocp4j
