#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "engine/notify/Mechanism.h"
#include "engine/notify/Notifier.h"
#include "engine/operation/Started.h"
#include "engine/operation/Target.h"
#include "win32/Handle.h"

namespace iocp4j {

class CompletionPort;
struct Operation;

// The name of a device. The connections of a server share one.
class DeviceName {
public:
    // May throw std::bad_alloc.
    DeviceName(std::wstring text) : text_(std::make_shared<const std::wstring>(std::move(text))) {}
    DeviceName(const wchar_t* text) : DeviceName(std::wstring{text}) {}

    const std::wstring& text() const noexcept { return *text_; }

private:
    std::shared_ptr<const std::wstring> text_;
};

// A handle that is registered with a port. Each kind of device derives from this class and makes the Win32 calls.
//
// A device lives until it is closed and its last share has ended. Each operation has a share, from its submission until
// the listener has returned; therefore the handle is open as long as the kernel may use it.
class Device : public Target {
public:
    static SlotTable<Device>& table() noexcept;

    // Refuses new operations and cancels those in flight. The last share disposes of the device.
    static void close(Key key) noexcept;

    // Waits for the end of a device that is closing. Returns false at the deadline.
    static bool awaitClosed(Key key, std::chrono::steady_clock::time_point deadline);

    // A handle that comes from another device is already bound to the port. `packetKey` is then the packetKey() of that
    // device.
    Device(CompletionPort& port, DeviceName name, win32::Handle handle, Key packetKey = 0)
        : Target(packetKey), port_(port), name_(std::move(name)), handle_(std::move(handle)) {
        hasHandle_.store(static_cast<bool>(handle_), std::memory_order_relaxed);
    }

    // Returns nullptr if the device has no handle, or gets it later (CompletionPort::giveHandle).
    HANDLE handle() const noexcept { return hasHandle_.load(std::memory_order_acquire) ? handle_.get() : nullptr; }
    const std::wstring& name() const noexcept { return name_.text(); }
    const DeviceName& sharedName() const noexcept { return name_; }
    CompletionPort& port() const noexcept { return port_; }

    virtual Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept;
    virtual Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept;

    // DeviceIoControl, for a device with a handle.
    Started control(Operation& operation, std::uint32_t code, const void* in, std::uint32_t inLength, void* out,
                    std::uint32_t outLength) noexcept;

    // The mechanism for this device on a port that is built for the mechanism `wanted`.
    Mechanism mechanism(Mechanism wanted) const noexcept {
        return wanted == Mechanism::kHandle && traits().severalOperations ? Mechanism::kEvent : wanted;
    }

    bool closed() const noexcept final { return table().closed(key()); }
    void endShare() noexcept final { Share<Device>::end(this); }
    [[nodiscard]] bool reserve(Operation& operation) noexcept final {
        Notifier* notifier = this->notifier();
        return notifier == nullptr || notifier->reserve(operation);
    }
    void release(Operation& operation) noexcept final {
        if (Notifier* notifier = this->notifier()) {
            notifier->release(operation);
        }
    }

    // Enables inline completion, for as long as the handle is open: the starting call of a transfer that succeeds at
    // once returns the byte count, and no completion follows. All other completions go through the port.
    win32::ErrorCode completeInline() noexcept;

    bool cancel(Operation* operation) noexcept override;

    // Cancels the operations that callers have started.
    void cancelAll() noexcept {
        if (!traits().ownOperations) {
            cancel(nullptr);
        }
    }

    // The port calls the following functions. The device exists until they return.

    // Called when an operation is over, on the thread that has dequeued its packet, before the listener runs. Several
    // threads may call this at once for several operations. The device may change the record; it is delivered if this
    // returns true.
    virtual bool onCompleted(CompletionRecord&) noexcept { return true; }

    // Called when the listener has returned from a record of opcode kChange and no longer uses its buffer. The thread
    // that has called the listener calls this, before it ends the operation's share.
    virtual void onDelivered() noexcept {}

    // Called for a packet that has the device's key but belongs to no operation, on the thread that has dequeued it.
    // Several threads may call this at once. Returns false if the device did not expect the packet.
    virtual bool onNotification(const OVERLAPPED_ENTRY&) noexcept { return false; }

    // Called on a thread of the port after the time given to CompletionPort::remind(), but never after the device's
    // end.
    virtual void onReminder() noexcept {}

    // Called once, on the thread that closes the device or its port. New operations are refused from now on. Other
    // calls may be in progress.
    virtual void onClosing() noexcept;

    // Called once, on the thread that has ended the last share, when nothing is in flight and no other thread uses the
    // device. Afterwards the handle is closed, unless releaseHandle() was called, and the object is deleted.
    virtual void onEnding() noexcept {}

protected:
    // Starts an operation with the device's mechanism. `call` makes the Win32 call, `callWithRoutine` makes it with a
    // completion routine.
    template <class Call>
    Started start(Operation& operation, const Call& call) noexcept {
        // Check once: the handle may come now, and the call must not use it without its notifier.
        if (handle() == nullptr) {
            return Started::over(traits().errorWithoutHandle);
        }
        return notifier_ == nullptr ? call() : notifier_->start(operation, std::cref(call));
    }
    template <class Call, class CallWithRoutine>
    Started start(Operation& operation, const Call& call, const CallWithRoutine& callWithRoutine) noexcept {
        if (handle() == nullptr) {
            return Started::over(traits().errorWithoutHandle);
        }
        return notifier_ == nullptr ? call() : notifier_->start(operation, std::cref(call), std::cref(callWithRoutine));
    }

    // For a handle on which other code may have enabled FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
    void expectSkippedPackets() noexcept { skipsPackets_.store(true, std::memory_order_release); }

    // For a device that is about to end and whose handle another device takes over.
    win32::Handle releaseHandle() noexcept { return std::move(handle_); }

private:
    friend class CompletionPort;
    friend class Share<Device>;

    static void dispose(Device* device) noexcept;

    Notifier* notifier() const noexcept { return handle() != nullptr ? notifier_.get() : nullptr; }

    CompletionPort& port_;
    const DeviceName name_;
    // Written before hasHandle_ is set, and not read before.
    win32::Handle handle_;
    std::unique_ptr<Notifier> notifier_;  // set if the handle is not bound to the port
};

}  // namespace iocp4j
