#include "devices/ForeignDevice.h"

#include <winternl.h>

#include <memory>

#include "engine/CompletionPort.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

// Whether its owner may have had the packets of calls that return success skipped.
bool maySkipPackets(HANDLE handle) noexcept {
    // FILE_IO_COMPLETION_NOTIFICATION_INFORMATION, which has no header outside the driver kit.
    constexpr auto kNotificationInformation = static_cast<FILE_INFORMATION_CLASS>(41);
    ULONG modes = 0;
    IO_STATUS_BLOCK status{};
    const bool told = ::NtQueryInformationFile(handle, &status, &modes, sizeof(modes), kNotificationInformation) >= 0;
    return !told || (modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) != 0;
}

}  // namespace

win32::Result<Device::Key> ForeignDevice::adopt(CompletionPort& port, HANDLE handle, Ownership ownership) {
    auto device =
        std::make_unique<ForeignDevice>(port, L"handle " + std::to_wstring(reinterpret_cast<std::uintptr_t>(handle)),
                                        win32::Handle{handle, win32::Handle::End::kNothing});
    if (maySkipPackets(handle)) {
        device->expectSkippedPackets();
    }
    const auto added = port.add(std::move(device));
    if (added && ownership == Ownership::kPassed) {
        const Share<Device> share{*added};
        if (!share) {
            // The port is being closed, and took the device with it.
            return win32::Result<Device::Key>::failure(code(Refusal::kPortClosed));
        }
        static_cast<ForeignDevice&>(*share).closes_.store(true, std::memory_order_relaxed);
    }
    return added;
}

win32::Result<Device::Key> ForeignDevice::open(CompletionPort& port, const std::wstring& path, DWORD access) {
    win32::Handle handle{win32::calls.createFile(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                                 OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    if (!handle) {
        return win32::Result<Device::Key>::failure(::GetLastError());
    }
    return port.add(std::make_unique<ForeignDevice>(port, path, std::move(handle)));
}

void ForeignDevice::closingHandle() noexcept {
    if (closes_.load(std::memory_order_relaxed)) {
        const win32::Handle closed{handle()};
    }
}

HandleTraits traitsOf(HANDLE handle) noexcept {
    DWORD mode = 0;
    // FILE_MODE_INFORMATION, which has no header outside the driver kit.
    ULONG options = 0;
    IO_STATUS_BLOCK status{};
    constexpr auto kFileModeInformation = static_cast<FILE_INFORMATION_CLASS>(16);
    constexpr ULONG kSynchronous = 0x10 | 0x20;  // FILE_SYNCHRONOUS_IO_ALERT, ..._NONALERT
    const bool told = ::NtQueryInformationFile(handle, &status, &options, sizeof(options), kFileModeInformation) >= 0;
    return {::GetConsoleMode(handle, &mode) != FALSE, told && (options & kSynchronous) != 0};
}

}  // namespace iocp4j
