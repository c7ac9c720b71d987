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
#include "engine/operation/CompletionRecord.h"
#include "engine/operation/Started.h"
#include "win32/Handle.h"

namespace iocp4j {

class CompletionPort;
struct Operation;

// A handle that is registered with a port. Each kind of device derives from this and knows its Win32 calls.
//
// A device lives until it is closed and nobody shares it any more. Each operation in flight has a share, from its
// submission until the listener has seen its completion; so the handle is open as long as the kernel may use it.
class Device {
public:
    using Key = std::uint64_t;

    static SlotTable<Device>& table() noexcept;

    // Refuses new operations and cancels those in flight. Whoever then ends the last share disposes of the device.
    static void close(Key key) noexcept;

    // Waits for the end of a device that is being closed; false when the deadline comes first.
    static bool awaitClosed(Key key, std::chrono::steady_clock::time_point deadline);

    // A handle that comes from another device is bound to the port already: then `packetKey` is what that one has said.
    Device(CompletionPort& port, std::wstring name, win32::Handle handle, Key packetKey = 0)
        : port_(port), name_(std::move(name)), packetKey_(packetKey), handle_(std::move(handle)) {}
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    virtual ~Device() = default;

    // What all devices of one class have in common.
    struct Traits {
        DeviceKind kind;

        // No operation is a caller's, so that no caller can cancel one.
        bool ownOperations = false;

        // By event where the port has signalled handles: a handle does not tell which of several operations is over.
        bool severalOperations = false;

        // OVERLAPPED.Internal as the code that the listener sees.
        win32::ErrorCode (*errorOfStatus)(std::uintptr_t internal) noexcept = &win32::errorOfStatus;

        // Why completeInline() is impossible on that handle, or ERROR_SUCCESS.
        win32::ErrorCode (*errorOfInline)(HANDLE handle) noexcept = nullptr;
    };
    virtual const Traits& traits() const noexcept = 0;

    DeviceKind kind() const noexcept { return traits().kind; }

    Key key() const noexcept { return key_; }

    // What the kernel's packets carry, which cannot be changed while the handle is open: the key of the first device
    // that has had it. No other device ever gets that key.
    Key packetKey() const noexcept { return packetKey_ != 0 ? packetKey_ : key_; }

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

    // Before an operation of the kernel's begins, and after the end of any. False when there is one already, and can be
    // no other.
    [[nodiscard]] bool reserve(Operation& operation) noexcept {
        return notifier_ == nullptr || notifier_->reserve(operation);
    }
    void release(Operation& operation) noexcept {
        if (notifier_ != nullptr) {
            notifier_->release(operation);
        }
    }

    // Lets transfers that succeed at once complete inline, from now on and for as long as the handle is open: their
    // submission says how many bytes were moved, and no completion follows. All others go through the port as ever.
    win32::ErrorCode completeInline() noexcept;
    bool completesInline() const noexcept { return completesInline_.load(std::memory_order_acquire); }

    // Whether the kernel may queue no packet for a call that returns success.
    bool skipsPackets() const noexcept { return skipsPackets_.load(std::memory_order_acquire); }

    // Its operations since it was opened. The first two numbers are the same when it ends.
    std::uint64_t accepted() const noexcept { return accepted_.load(std::memory_order_relaxed); }
    std::uint64_t completed() const noexcept { return completed_.load(std::memory_order_acquire); }
    std::uint64_t completedInline() const noexcept { return completedInline_.load(std::memory_order_relaxed); }
    std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }  // moved, either way
    void countAccepted() noexcept { accepted_.fetch_add(1, std::memory_order_relaxed); }
    void countCompleted(std::uint32_t bytes) noexcept {
        bytes_.fetch_add(bytes, std::memory_order_relaxed);
        completed_.fetch_add(1, std::memory_order_release);
    }
    void countCompletedInline(std::uint32_t bytes) noexcept {
        completedInline_.fetch_add(1, std::memory_order_relaxed);
        countCompleted(bytes);
    }

    // Has one operation end soon, or all that are in flight where there is nullptr; their packets come none the less.
    // False when it is over already, or cannot be cancelled. The caller holds the operation. On any thread.
    virtual bool cancel(Operation* operation) noexcept;

    // The same for the operations that callers have started.
    void cancelAll() noexcept {
        if (!traits().ownOperations) {
            cancel(nullptr);
        }
    }

    // The following are called by the port, each with the device alive until it returns.

    // An operation is over. On the thread that has dequeued its packet, before the listener runs; for several operations
    // on several threads at once. The device may amend the record, which the listener sees if this returns true.
    virtual bool onCompleted(CompletionRecord&) noexcept { return true; }

    // The listener has returned from a record of opcode kChange, and uses its buffer no more. On the thread that has
    // called the listener, with the operation's share of the device still held.
    virtual void onDelivered() noexcept {}

    // A packet with the device's key that belongs to no operation has been dequeued. On that thread, for several packets
    // on several threads at once. False when the device did not expect it either.
    virtual bool onNotification(const OVERLAPPED_ENTRY&) noexcept { return false; }

    // The time that CompletionPort::remind() was given has passed. On a thread of the port's, and never after the end.
    virtual void onReminder() noexcept {}

    // Operations are refused from now on, and those in flight end. Once, on the thread that closes the device or its
    // port; other calls may be under way.
    virtual void onClosing() noexcept { cancel(nullptr); }

    // Nothing is in flight and no other thread is here. Once, on the thread that has ended the last share; afterwards the
    // handle is closed, unless releaseHandle() has taken it away, and the object ends.
    virtual void onEnding() noexcept {}

protected:
    // Has `call` start an operation in whichever way its end will be told of; `callWithRoutine` does so with a
    // completion routine.
    template <class Call>
    Started start(Operation& operation, const Call& call) noexcept {
        return notifier_ == nullptr ? call() : notifier_->start(operation, std::cref(call));
    }
    template <class Call, class CallWithRoutine>
    Started start(Operation& operation, const Call& call, const CallWithRoutine& callWithRoutine) noexcept {
        return notifier_ == nullptr ? call() : notifier_->start(operation, std::cref(call), std::cref(callWithRoutine));
    }

    // For a handle that somebody else may have told to skip packets, before it came to us.
    void expectSkippedPackets() noexcept { skipsPackets_.store(true, std::memory_order_release); }

    // For a device that is about to end, and whose handle another one shall have.
    win32::Handle releaseHandle() noexcept { return std::move(handle_); }

private:
    friend class CompletionPort;
    friend class Share<Device>;

    static void dispose(Device* device) noexcept;

    CompletionPort& port_;
    const std::wstring name_;
    const Key packetKey_;  // 0 for its own
    win32::Handle handle_;
    std::unique_ptr<Notifier> notifier_;  // where the handle is not bound to the port
    Key key_ = 0;
    std::atomic<bool> skipsPackets_{false};
    std::atomic<bool> completesInline_{false};
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<std::uint64_t> completed_{0};
    std::atomic<std::uint64_t> completedInline_{0};
    std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace iocp4j
