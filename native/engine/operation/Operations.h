#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/lifetime/Share.h"
#include "engine/operation/Doorbell.h"
#include "engine/operation/EngineError.h"
#include "engine/operation/Operation.h"
#include "engine/operation/Slab.h"
#include "engine/operation/Started.h"
#include "engine/operation/Target.h"
#include "engine/operation/Timekeeper.h"
#include "engine/operation/UnwrittenStatuses.h"
#include "win32/KernelPort.h"

namespace iocp4j {

// Names one life of one operation: | 0 | 1 | generation 38 | slot 24 |. Never 0, and positive in Java.
//
// One that has completed inline has no name any more. In its place is how much it has moved, as InlineCompletion.java
// reads it: | 0 | 0 | 1 | 0 | bytes 32 |.
using OperationId = std::uint64_t;

constexpr OperationId inlineId(std::uint32_t bytes) noexcept { return OperationId{1} << 61 | bytes; }
constexpr bool isInline(OperationId id) noexcept { return id >> 61 == 1; }

// All operations of one port: the one gate through which they go in and the one through which they come out.
class Operations {
public:
    static constexpr std::uint32_t kMaxCeiling = 1u << 24;

    // How long an operation may take, from its start.
    using Timeout = std::chrono::milliseconds;
    static constexpr Timeout kForEver = Timeout::max();

    // The timekeeper is to call cancelOverdue(); the doorbell brings who calls claimDeferred().
    Operations(const win32::KernelPort& port, std::uint32_t ceiling, Timekeeper& timekeeper, Doorbell& doorbell,
               bool statusMayBeUnwritten);

    // In. `start` makes the Win32 call with the operation it is given. After acceptance exactly one packet comes out;
    // the share of the target is the operation's from then on. The pins are returned to CompletionSink::unpin; on
    // refusal they stay the caller's. So they do when the operation has completed inline, and nothing comes out.
    template <class T, class Start>
    win32::Result<OperationId> submit(Share<T> target, Opcode opcode, std::uint64_t token, Pins pins, Timeout timeout,
                                      Start&& start) noexcept {
        const CompletionRecord record{target->packetKey(), token, 0, 0, opcode, target->kind(), 0};
        win32::ErrorCode refusal = ERROR_SUCCESS;
        Operation* operation = begin(*target, record, timeout, Carrier::kKernel, refusal);
        if (operation == nullptr) {
            return win32::Result<OperationId>::failure(refusal);
        }
        (void)target.detach();
        // Here, where they are still in registers: what has just been stored in halves is slow to be loaded as a whole.
        // For the same reason neither what begin() answers nor what start() does is an object that would be copied.
        operation->pins = pins;
        return settle(*operation, start(*operation));
    }

    // In, without the kernel: what a device has to say to its listener by itself. It goes the way of an operation that
    // has ended so, but keeps no other from being in flight on the handle.
    template <class T>
    win32::ErrorCode report(Share<T> target, Opcode opcode, std::uint64_t token, std::uint32_t detail,
                            const Started& outcome) noexcept {
        const CompletionRecord record{target->packetKey(), token, 0, 0, opcode, target->kind(), detail};
        win32::ErrorCode refusal = ERROR_SUCCESS;
        if (Operation* operation = begin(*target, record, kForEver, Carrier::kPort, refusal)) {
            (void)target.detach();
            operation->pins = {};
            (void)settle(*operation, outcome);
        }
        return refusal;
    }

    // The same of no device: the record comes out as it is.
    win32::Result<OperationId> post(const CompletionRecord& record) noexcept;

    // Asks Windows to cancel one operation of that target. False when there is no such operation, or none any more.
    bool cancel(const Target& target, OperationId id) noexcept;

    // The same for all operations of that device with that opcode; how many there were. Looks at every place of the
    // slab that has ever been used.
    std::uint32_t cancelAll(const Target& target, Opcode opcode) noexcept;

    // Whether the kernel is still at work on it (HasOverlappedIoCompleted); if not, its completion has come or will
    // come.
    bool isPending(const Target& target, OperationId id) const noexcept;

    // Out. The operation whose packet this is, with its record complete; nullptr when it is none of ours, or when
    // another thread still holds the operation and will send it again. `foreign` distinguishes the two.
    Operation* claim(const OVERLAPPED_ENTRY& entry, bool& foreign) noexcept;

    // Posts the packet of an operation that is over and whose handle is not bound to the port, as the kernel would.
    void postCompletion(Operation& operation) noexcept;

    // The same for an operation that the kernel does not know of, and whose result is this.
    void postCompletion(Operation& operation, win32::ErrorCode error, std::uint32_t bytes) noexcept;

    // Out, for an operation whose packet could not be posted; nullptr when there is none.
    Operation* claimDeferred() noexcept;
    bool hasDeferred() const noexcept { return deferred_.load(std::memory_order_acquire) != nullptr; }

    // Cancels those whose time is up, and returns when to look again.
    Deadlines::Clock::time_point cancelOverdue() noexcept;

    // The operation is over and its place can be used again; returns what the listener is to see of it.
    CompletionRecord retire(Operation& operation) noexcept;

    std::uint32_t inFlight() const noexcept { return slab_.inUse(); }
    std::uint32_t mostInFlight() const noexcept { return slab_.highWater(); }
    std::uint32_t ceiling() const noexcept { return slab_.capacity(); }

private:
    // The key of packets that we post for operations, which no device can have.
    static constexpr std::uint64_t kSelfPostedKey = 2;

    // The operation with that id if it is still to be decided.
    Operation* ofTarget(const Target& target, OperationId id) const noexcept;

    enum class Carrier { kKernel, kPort };

    // The operation, which takes over a share of the target from the caller; nullptr when it is refused, and why.
    Operation* begin(Target& target, const CompletionRecord& record, Timeout timeout, Carrier carrier,
                     win32::ErrorCode& refusal) noexcept;
    static void prepare(Operation& operation, const CompletionRecord& record) noexcept;
    OperationId settle(Operation& operation, const Started& started) noexcept;
    void endInline(Operation& operation) noexcept;
    void letGo(Operation& operation) noexcept;
    bool cancelLife(Operation& operation, std::uint64_t generation) noexcept;
    static bool cancelHeld(Operation& operation, Rendezvous::Cause cause) noexcept;
    void selfPost(Operation& operation, std::uint64_t generation) noexcept;
    void defer(Operation& operation) noexcept;
    OperationId idOf(const Operation& operation) const noexcept;

    const win32::KernelPort& port_;
    Slab<Operation> slab_;
    std::optional<UnwrittenStatuses> unwritten_;  // where the kernel may leave a status unwritten
    // Operations that PostQueuedCompletionStatus refused to carry, the oldest first. Threads that drain the port look
    // here whenever they come round.
    std::mutex deferredMutex_;
    std::atomic<Operation*> deferred_{nullptr};
    Operation* lastDeferred_ = nullptr;  // where there is one
    Deadlines deadlines_;
    Timekeeper& timekeeper_;
    Doorbell& doorbell_;
};

}  // namespace iocp4j
