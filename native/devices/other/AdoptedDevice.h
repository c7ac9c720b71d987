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
        kKept,    // the code that has opened the handle closes it
        kPassed,  // the device closes it
    };

    // On failure the handle is as it was, and stays the caller's.
    static win32::Result<Device::Key> adopt(CompletionPort& port, HANDLE handle, Ownership ownership);

    // Opens whatever has a path, for overlapped requests (CreateFileW).
    static win32::Result<Device::Key> open(CompletionPort& port, const std::wstring& path, DWORD access);

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kAdopted, .errorOfInline = &errorOfInline};
        return kTraits;
    }

private:
    // The handle may be a socket's, for which the same goes as for our own.
    static win32::ErrorCode errorOfInline(HANDLE handle) noexcept;

    void onEnding() noexcept override;

    std::atomic<bool> closes_{false};  // the handle, which it was not made to own
};

}  // namespace iocp4j
