#include "devices/other/AdoptedDevice.h"

#include <memory>

#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"
#include "win32/Decimal.h"
#include "win32/HandleTraits.h"
#include "win32/Winsock.h"

namespace iocp4j {

win32::Result<Device::Key> AdoptedDevice::adopt(CompletionPort& port, HANDLE handle, Ownership ownership) {
    auto device =
        std::make_unique<AdoptedDevice>(port, L"handle " + win32::decimal(reinterpret_cast<std::uintptr_t>(handle)),
                                        win32::Handle{handle, win32::Handle::End::kNothing});
    if (win32::maySkipPackets(handle)) {
        device->expectSkippedPackets();
    }
    const auto added = port.add(std::move(device));
    if (added && ownership == Ownership::kPassed) {
        const Share<Device> share{*added};
        if (!share) {
            // The port is closing and has already ended the device.
            return win32::Result<Device::Key>::failure(code(EngineError::kPortClosed));
        }
        static_cast<AdoptedDevice&>(*share).closes_.store(true, std::memory_order_relaxed);
    }
    return added;
}

win32::Result<Device::Key> AdoptedDevice::open(CompletionPort& port, const std::wstring& path, DWORD access) {
    win32::Handle handle{win32::calls.createFile(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                                 OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    if (!handle) {
        return win32::Result<Device::Key>::failure(::GetLastError());
    }
    return port.add(std::make_unique<AdoptedDevice>(port, path, std::move(handle)));
}

win32::ErrorCode AdoptedDevice::errorOfInline(HANDLE handle) noexcept {
    const win32::ErrorCode error = win32::errorOfSkippingPackets(win32::socketOf(handle));
    return error == WSAENOTSOCK ? ERROR_SUCCESS : error;
}

void AdoptedDevice::onEnding() noexcept {
    if (closes_.load(std::memory_order_relaxed)) {
        const win32::Handle closed{handle()};
    }
}

}  // namespace iocp4j
