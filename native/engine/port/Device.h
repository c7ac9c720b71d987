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

// A handle that is registered with a port. Each kind of device derives from this and knows its Win32 calls.
//
// A device lives until it is closed and its last share has ended. Each operation in flight has a share, from its
// submission until the listener has seen its completion; so the handle is open as long as the kernel may use it.
class Device : public Target {
public:
    static SlotTable<Device>& table() noexcept;

    // Refuses new operations and cancels those in flight. The end of the last share disposes of the device.
    static void close(Key key) noexcept;

    // Waits for the end of a device that is being closed; false when the deadline comes first.
    static bool awaitClosed(Key key, std::chrono::steady_clock::time_point deadline);

    // A handle that comes from another device is bound to the port already: then `packetKey` is what that one has said.
    Device(CompletionPort& port, std::wstring name, win32::Handle handle, Key packetKey = 0)
        : Target(packetKey), port_(port), name_(std::move(name)), handle_(std::move(handle)) {}

    HANDLE handle() const noexcept { return handle_.get(); }
    const std::wstring& name() const noexcept { return name_; }
    CompletionPort& port() const noexcept { return port_; }

    virtual Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept;
    virtual Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept;

    // Any request that the driver knows (DeviceIoControl). For a device with a handle.
    Started control(Operation& operation, std::uint32_t code, const void* in, std::uint32_t inLength, void* out,
                    std::uint32_t outLength) noexcept;

    // How the port learns of the end of its operations, where the port would have it so.
    Mechanism mechanism(Mechanism wanted) const noexcept {
        return wanted == Mechanism::kHandle && traits().severalOperations ? Mechanism::kEvent : wanted;
    }

    bool closed() const noexcept final { return table().closed(key()); }
    void endShare() noexcept final { Share<Device>::end(this); }
    [[nodiscard]] bool reserve(Operation& operation) noexcept final {
        return notifier_ == nullptr || notifier_->reserve(operation);
    }
    void release(Operation& operation) noexcept final {
        if (notifier_ != nullptr) {
            notifier_->release(operation);
        }
    }

    // Lets transfers that succeed at once complete inline, from now on and for as long as the handle is open: their
    // submission says how many bytes were moved, and no completion follows. All others go through the port as ever.
    win32::ErrorCode completeInline() noexcept;

    bool cancel(Operation* operation) noexcept override;

    // Has the operations end soon that callers have started.
    void cancelAll() noexcept {
        if (!traits().ownOperations) {
            cancel(nullptr);
        }
    }

    // The following are called by the port, each with the device alive until it returns.

    // An operation is over. On the thread that has dequeued its packet, before the listener runs; on several threads at
    // once for several operations. The device may amend the record, which the listener sees if this returns true.
    virtual bool onCompleted(CompletionRecord&) noexcept { return true; }

    // The listener has returned from a record of opcode kChange, and uses its buffer no more. On the thread that has
    // called the listener, with the operation's share of the device still held.
    virtual void onDelivered() noexcept {}

    // A packet with the device's key that belongs to no operation has been dequeued. On that thread; on several at once
    // for several packets. False when the device did not expect it either.
    virtual bool onNotification(const OVERLAPPED_ENTRY&) noexcept { return false; }

    // The time that CompletionPort::remind() was given has passed. On a thread of the port's, and never after the end.
    virtual void onReminder() noexcept {}

    // Operations are refused from now on, and those in flight end. Once, on the thread that closes the device or its
    // port; other calls may be under way.
    virtual void onClosing() noexcept { cancel(nullptr); }

    // Nothing is in flight and no other thread is here. Once, on the thread that has ended the last share; afterwards
    // the handle is closed, unless releaseHandle() has taken it away, and the object ends.
    virtual void onEnding() noexcept {}

protected:
    // Has `call` start an operation in whichever way the port learns of its end; `callWithRoutine` does so with a
    // completion routine.
    template <class Call>
    Started start(Operation& operation, const Call& call) noexcept {
        return notifier_ == nullptr ? call() : notifier_->start(operation, std::cref(call));
    }
    template <class Call, class CallWithRoutine>
    Started start(Operation& operation, const Call& call, const CallWithRoutine& callWithRoutine) noexcept {
        return notifier_ == nullptr ? call() : notifier_->start(operation, std::cref(call), std::cref(callWithRoutine));
    }

    // For a handle whose packets other code may have had skipped.
    void expectSkippedPackets() noexcept { skipsPackets_.store(true, std::memory_order_release); }

    // For a device that is about to end, and whose handle another one shall have.
    win32::Handle releaseHandle() noexcept { return std::move(handle_); }

private:
    friend class CompletionPort;
    friend class Share<Device>;

    static void dispose(Device* device) noexcept;

    CompletionPort& port_;
    const std::wstring name_;
    win32::Handle handle_;
    std::unique_ptr<Notifier> notifier_;  // where the handle is not bound to the port
};

}  // namespace iocp4j
