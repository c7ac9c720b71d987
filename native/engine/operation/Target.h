#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "engine/operation/CompletionRecord.h"
#include "win32/Error.h"

namespace iocp4j {

struct Operation;

// What operations are in flight on: as much of a device as they know. Each has a share of its target from its start
// until the listener has seen its completion.
class Target {
public:
    using Key = std::uint64_t;

    // What all devices of one class have in common.
    struct Traits {
        DeviceKind kind;

        // No operation is a caller's, so that no caller can cancel one.
        bool ownOperations = false;

        // By event where the port has signalled handles: a handle does not say which of several operations is over.
        bool severalOperations = false;

        // OVERLAPPED.Internal as the code that the listener sees.
        win32::ErrorCode (*errorOfStatus)(std::uintptr_t internal) noexcept = &win32::errorOfStatus;

        // Why completeInline() is impossible on that handle, or ERROR_SUCCESS.
        win32::ErrorCode (*errorOfInline)(HANDLE handle) noexcept = nullptr;
    };
    virtual const Traits& traits() const noexcept = 0;

    DeviceKind kind() const noexcept { return traits().kind; }

    explicit Target(Key packetKey) noexcept : packetKey_(packetKey) {}
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;

    Key key() const noexcept { return key_; }

    // What the kernel's packets carry, which cannot be changed while the handle is open: the key of the first device
    // that has had it. No other device ever gets that key.
    Key packetKey() const noexcept { return packetKey_ != 0 ? packetKey_ : key_; }

    // Whether it takes no new operations any more.
    virtual bool closed() const noexcept = 0;

    // An operation that has taken over a share ends it.
    virtual void endShare() noexcept = 0;

    // Before an operation of the kernel's begins, and after the end of any. False when there is one already, and can be
    // no other.
    [[nodiscard]] virtual bool reserve(Operation& operation) noexcept = 0;
    virtual void release(Operation& operation) noexcept = 0;

    // Has one operation end soon, or all that are in flight where there is nullptr; their packets come none the less.
    // False when it is over already, or cannot be cancelled. The caller holds the operation. On any thread.
    virtual bool cancel(Operation* operation) noexcept = 0;

    // Whether the kernel may queue no packet for a call that returns success.
    bool skipsPackets() const noexcept { return skipsPackets_.load(std::memory_order_acquire); }

    // Whether transfers that succeed at once complete inline: their submission says how many bytes were moved, and no
    // completion follows.
    bool completesInline() const noexcept { return completesInline_.load(std::memory_order_acquire); }

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

protected:
    Key key_ = 0;
    std::atomic<bool> skipsPackets_{false};
    std::atomic<bool> completesInline_{false};

private:
    const Key packetKey_;  // 0 for its own
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<std::uint64_t> completed_{0};
    std::atomic<std::uint64_t> completedInline_{0};
    std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace iocp4j
