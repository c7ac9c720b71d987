#include "devices/ForeignDevice.h"

#include <winternl.h>

#include <memory>
#include <optional>

#include "engine/CompletionPort.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

// What the system says of a handle in one number, for classes of information that have no header outside the driver
// kit.
std::optional<ULONG> queryNumber(HANDLE handle, int information) noexcept {
    ULONG number = 0;
    IO_STATUS_BLOCK status{};
    const NTSTATUS told = ::NtQueryInformationFile(handle, &status, &number, sizeof(number),
                                                   static_cast<FILE_INFORMATION_CLASS>(information));
    return told >= 0 ? std::optional{number} : std::nullopt;
}

// Whether its owner may have had the packets of calls that return success skipped.
bool maySkipPackets(HANDLE handle) noexcept {
    constexpr int kFileIoCompletionNotificationInformation = 41;
    const auto modes = queryNumber(handle, kFileIoCompletionNotificationInformation);
    return !modes || (*modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) != 0;
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
    constexpr int kFileModeInformation = 16;
    constexpr ULONG kSynchronous = 0x10 | 0x20;  // FILE_SYNCHRONOUS_IO_ALERT, ..._NONALERT
    DWORD mode = 0;
    const auto options = queryNumber(handle, kFileModeInformation);
    return {::GetConsoleMode(handle, &mode) != FALSE, options && (*options & kSynchronous) != 0};
}

}  // namespace iocp4j
