#include "engine/port/Device.h"

#include <mutex>

#include "engine/lifetime/NoWaitScope.h"
#include "engine/operation/Operation.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {

SlotTable<Device>& Device::table() noexcept {
    // Never destroyed, because a worker may still run while the process exits.
    static auto& devices = *new SlotTable<Device>;
    return devices;
}

void Device::close(Key key) noexcept {
    // While this share exists, close() below cannot return kEmpty. The last share disposes of the device.
    const Share<Device> device{key};
    if (device && table().close(key) != Gate::Closing::kRefused) {
        device->onClosing();
    }
}

bool Device::awaitClosed(Key key, std::chrono::steady_clock::time_point deadline) {
    return table().awaitDisposed(key, deadline);
}

void Device::dispose(Device* device) noexcept {
    // The sink may close a device or port in deviceClosed(), even this device's port.
    const NoWaitScope here;
    CompletionPort& port = device->port_;
    const Key key = device->key_;
    port.deviceEnds(*device);
    device->onEnding();
    device->notifier_.reset();
    device->handle_.reset();
    delete device;
    port.deviceEnded(key);
}

void Device::onClosing() noexcept {
    // If the closing thread is the only user, nothing is in flight, and nothing can start.
    if (table().inside(key_) > 1) {
        cancel(nullptr);
    }
}

Started Device::read(Operation&, void*, std::uint32_t) noexcept { return Started::over(ERROR_INVALID_FUNCTION); }

Started Device::write(Operation&, const void*, std::uint32_t) noexcept { return Started::over(ERROR_INVALID_FUNCTION); }

Started Device::control(Operation& operation, std::uint32_t code, const void* in, std::uint32_t inLength, void* out,
                        std::uint32_t outLength) noexcept {
    const Started started = start(operation, [&] {
        return Started::from(win32::calls.deviceIoControl(handle(), code, const_cast<void*>(in), inLength, out,
                                                          outLength, nullptr, &operation));
    });
    // A driver may return any warning, which the call reports as a failure, except for ERROR_MORE_DATA. Unlike after a
    // failure, the kernel has written the status and queues a packet.
    constexpr ULONG_PTR kWarning = 2;
    const bool warned = ((operation.Internal >> 30) & 3) == kWarning;
    return warned && started.packet == Started::Packet::kNone ? Started::atOnce() : started;
}

win32::ErrorCode Device::completeInline() noexcept {
    if (handle() == nullptr) {
        return traits().errorWithoutHandle;
    }
    if (const auto errorOf = traits().errorOfInline; errorOf != nullptr) {
        if (const win32::ErrorCode error = errorOf(handle()); error != ERROR_SUCCESS) {
            return error;
        }
    }
    static std::mutex oneAtATime;
    const std::lock_guard lock{oneAtATime};
    if (completesInline()) {
        return ERROR_SUCCESS;
    }
    if (notifier_ != nullptr) {
        // Without a port the kernel skips nothing. The notifier posts no packet for a call that returns success.
        completesInline_.store(true, std::memory_order_release);
        return ERROR_SUCCESS;
    }
    // Set before the kernel skips the first packet, so that no operation waits for a skipped packet. A submission that
    // sees the flag too early claims an operation whose packet still comes; that packet is then foreign.
    const bool skipped = skipsPackets_.exchange(true, std::memory_order_acq_rel);
    const win32::ErrorCode error = win32::outcome(win32::calls.setFileCompletionNotificationModes(
        handle(), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE));
    if (error != ERROR_SUCCESS) {
        skipsPackets_.store(skipped, std::memory_order_release);
        return error;
    }
    completesInline_.store(true, std::memory_order_release);
    return ERROR_SUCCESS;
}

bool Device::cancel(Operation* operation) noexcept { return win32::calls.cancelIoEx(handle(), operation) != FALSE; }

}  // namespace iocp4j
