#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "engine/operation/CompletionRecord.h"
#include "engine/operation/EngineError.h"
#include "win32/Error.h"

namespace iocp4j {

struct Operation;

// The part of a device that its operations use. Each operation has a share of its target, from its start until the
// listener has returned from its completion.
class Target {
public:
    using Key = std::uint64_t;

    // Properties that all devices of one class have in common.
    struct Traits {
        DeviceKind kind;

        // The device starts all operations itself, so that no caller can cancel one.
        bool ownOperations = false;

        // With signalled handles the device uses events instead, because it has several operations in flight at once,
        // and the signal does not identify the operation.
        bool severalOperations = false;

        // Maps OVERLAPPED.Internal to the error code for the listener.
        win32::ErrorCode (*errorOfStatus)(std::uintptr_t internal) noexcept = &win32::errorOfStatus;

        // The result of an operation, and of completeInline(), on a device without a handle.
        win32::ErrorCode errorWithoutHandle = code(EngineError::kWrongDevice);

        // Returns the reason why completeInline() is impossible on that handle, or ERROR_SUCCESS.
        win32::ErrorCode (*errorOfInline)(HANDLE handle) noexcept = nullptr;
    };
    virtual const Traits& traits() const noexcept = 0;

    DeviceKind kind() const noexcept { return traits().kind; }

    explicit Target(Key packetKey) noexcept : packetKey_(packetKey) {}
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;

    Key key() const noexcept { return key_; }

    // The key in the kernel's packets: that of the first device of the handle, because Windows cannot change it while
    // the handle is open. No other device ever gets that key.
    Key packetKey() const noexcept { return packetKey_ != 0 ? packetKey_ : key_; }

    // Returns true if new operations are refused.
    virtual bool closed() const noexcept = 0;

    // Ends the share that an operation owns.
    virtual void endShare() noexcept = 0;

    // reserve() is called before an operation of the kernel begins, release() after the end of any operation. reserve()
    // returns false when one is in flight and the device can have no other.
    [[nodiscard]] virtual bool reserve(Operation& operation) noexcept = 0;
    virtual void release(Operation& operation) noexcept = 0;

    // Calls CancelIoEx for one operation, or for all that are in flight when the argument is nullptr. Their packets
    // follow as usual. Returns false when the operation is over or cannot be cancelled. The caller holds the operation.
    // Any thread may call this.
    virtual bool cancel(Operation* operation) noexcept = 0;

    // Returns true if the kernel may queue no packet for a call that returns success.
    bool skipsPackets() const noexcept { return skipsPackets_.load(std::memory_order_acquire); }

    // Returns true if transfers that succeed at once complete inline: the starting call returns the byte count, and no
    // completion follows.
    bool completesInline() const noexcept { return completesInline_.load(std::memory_order_acquire); }

    // Makes the next wait for a read end when it begins; see Operations::wakeRead. takeReadWake() returns true once.
    void setReadWake() noexcept { readWake_.exchange(true); }
    bool takeReadWake() noexcept { return readWake_.exchange(false); }
    bool hasReadWake() const noexcept { return readWake_.load(); }

    // Counts of operations since the device was opened. accepted() and completed() are equal when it ends.
    std::uint64_t accepted() const noexcept { return accepted_.load(std::memory_order_relaxed); }
    std::uint64_t completed() const noexcept { return completed_.load(std::memory_order_acquire); }
    std::uint64_t completedInline() const noexcept { return completedInline_.load(std::memory_order_relaxed); }
    // Transferred, inline or not.
    std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
    void countAccepted() noexcept { accepted_.fetch_add(1, std::memory_order_relaxed); }
    void countCompleted(std::uint32_t bytes) noexcept {
        bytes_.fetch_add(bytes, std::memory_order_relaxed);
        completed_.fetch_add(1, std::memory_order_release);
    }
    void countCompletedInline(std::uint32_t bytes) noexcept {
        completedInline_.fetch_add(1, std::memory_order_relaxed);
        countCompleted(bytes);
    }

protected:
    Key key_ = 0;
    std::atomic<bool> skipsPackets_{false};
    std::atomic<bool> completesInline_{false};
    std::atomic<bool> hasHandle_{false};  // here, because it takes no memory here

private:
    std::atomic<bool> readWake_{false};
    const Key packetKey_;  // 0 if it is the device's own key
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<std::uint64_t> completed_{0};
    std::atomic<std::uint64_t> completedInline_{0};
    std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace iocp4j
