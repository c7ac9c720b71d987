#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "engine/lifetime/Share.h"
#include "engine/operation/DeferredOperations.h"
#include "engine/operation/EngineError.h"
#include "engine/operation/EventPool.h"
#include "engine/operation/Operation.h"
#include "engine/operation/Slab.h"
#include "engine/operation/Started.h"
#include "engine/operation/Target.h"
#include "engine/operation/Timekeeper.h"
#include "engine/operation/UnwrittenStatuses.h"
#include "win32/KernelPort.h"

namespace iocp4j {

// Identifies one operation: | 0 | 1 | generation 38 | slot 24 |. Never 0, and positive in Java.
//
// An operation that has completed inline has no id. Its byte count takes the place of the id, in the form that
// InlineCompletion.java reads: | 0 | 0 | 1 | 0 | bytes 32 |.
using OperationId = std::uint64_t;

constexpr OperationId inlineId(std::uint32_t bytes) noexcept { return OperationId{1} << 61 | bytes; }
constexpr bool isInline(OperationId id) noexcept { return id >> 61 == 1; }

// All operations of one port. Every operation starts in submit(), run(), report() or post(), and
// ends in retire().
class Operations {
public:
    static constexpr std::uint32_t kMaxCeiling = 1u << 24;

    // The time that an operation may take, from its start.
    using Timeout = std::chrono::milliseconds;
    static constexpr Timeout kForEver = Timeout::max();

    // The timekeeper must call cancelOverdue(). The doorbell must wake a thread that calls claimDeferred().
    Operations(const win32::KernelPort& port, std::uint32_t ceiling, Timekeeper& timekeeper, Doorbell& doorbell,
               bool statusMayBeUnwritten);

    // Starts an operation: `start` makes the Win32 call with it. An accepted operation owns the share of the target,
    // and exactly one packet follows; CompletionSink::unpin then gets the pins. If the operation is refused or
    // completes inline, no packet follows, and the caller keeps the pins.
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
        // Store the pins while they are in registers: avoids a store-forwarding stall. For the same reason no result of
        // begin() or start() is copied.
        operation->pins = pins;
        return settle(*operation, start(*operation));
    }

    // Starts an operation and waits for its end on this thread. The kernel queues no packet for it, and the sink does
    // not hear of it. The handle of the target must be bound to the port, and the caller's memory must stay until the
    // call returns. Only one thread at a time may read from a target in this way. Returns the record, or a
    // refusal.
    template <class T, class Start>
    win32::Result<CompletionRecord> run(const Share<T>& target, Opcode opcode, Timeout timeout,
                                        Start&& start) noexcept {
        const CompletionRecord record{target->packetKey(), 0, 0, 0, opcode, target->kind(), 0};
        win32::ErrorCode refusal = ERROR_SUCCESS;
        win32::Handle event = events_.take();
        Operation* operation = beginWaited(*target, record, event.get(), refusal);
        if (operation == nullptr) {
            return win32::Result<CompletionRecord>::failure(refusal);
        }
        const CompletionRecord result = awaitEnd(*operation, start(*operation), event.get(), timeout);
        events_.giveBack(std::move(event));
        return result;
    }

    // Ends the wait of run() for a read of the target. If there is none, the next one ends when it begins. The status
    // of a read that ends therefore is kWoken, an application-defined code (WaitedReads.java).
    static constexpr win32::ErrorCode kWoken = 0x2000'0100;
    void wakeRead(Target& target) noexcept;

    // Queues a completion of the device itself, without a call to the kernel. It is handled like an operation that has
    // ended with `outcome`, but does not reserve the handle.
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

    // Queues a packet that belongs to no device. The record is delivered unchanged.
    win32::Result<OperationId> post(const CompletionRecord& record) noexcept;

    // Calls CancelIoEx for one operation of the target. Returns false when the id is unknown or the operation is over.
    bool cancel(const Target& target, OperationId id) noexcept;

    // Cancels all operations of the target with that opcode and returns their number. Visits every slot of the slab
    // that has ever been used.
    std::uint32_t cancelAll(const Target& target, Opcode opcode) noexcept;

    // Returns true while the kernel works on the operation (!HasOverlappedIoCompleted). If not, its completion has come
    // or will come.
    bool isPending(const Target& target, OperationId id) const noexcept;

    // Call this before claim() for a packet that came alone. It may be early: the call that has started the operation
    // is about to return on another thread, which otherwise would have to post the operation again. That costs more
    // than the moment.
    void letStarterReturn(const OVERLAPPED_ENTRY& entry) const noexcept;

    // Returns the operation of a packet, with its record complete. Returns nullptr if the packet is foreign, or if
    // another thread holds the operation and will post it again; `foreign` distinguishes the two.
    Operation* claim(const OVERLAPPED_ENTRY& entry, bool& foreign) noexcept;

    // Posts the packet of an operation that is over and whose handle is not bound to the port.
    void postCompletion(Operation& operation) noexcept;

    // The same for an operation of which the kernel does not know; its result is passed here.
    void postCompletion(Operation& operation, win32::ErrorCode error, std::uint32_t bytes) noexcept;

    // Returns an operation whose packet could not be posted, or nullptr.
    Operation* claimDeferred() noexcept { return deferred_.take(); }
    bool hasDeferred() const noexcept { return !deferred_.empty(); }

    // Cancels the operations whose deadline has passed. Returns the time of the next call.
    Deadlines::Clock::time_point cancelOverdue() noexcept;

    // Frees the slot of an operation that is over. Returns the record for the listener.
    CompletionRecord retire(Operation& operation) noexcept;

    std::uint32_t inFlight() const noexcept { return slab_.inUse(); }
    std::uint32_t mostInFlight() const noexcept { return slab_.highWater(); }
    std::uint32_t ceiling() const noexcept { return slab_.capacity(); }

private:
    // The key of self-posted packets. No device has it.
    static constexpr std::uint64_t kSelfPostedKey = 2;

    // The operation with that id, if it is in flight.
    Operation* ofTarget(const Target& target, OperationId id) const noexcept;

    // How the end of an operation is noticed: by a packet of the kernel, by one of the library, by the starting thread.
    enum class Carrier { kKernel, kPort, kThread };

    // Returns an operation, or nullptr and the reason. With kThread the caller keeps its share of the target until the
    // end of the operation; otherwise the operation owns it.
    Operation* begin(Target& target, const CompletionRecord& record, Timeout timeout, Carrier carrier,
                     win32::ErrorCode& refusal) noexcept;
    Operation* beginWaited(Target& target, const CompletionRecord& record, HANDLE event,
                           win32::ErrorCode& refusal) noexcept;
    CompletionRecord awaitEnd(Operation& operation, const Started& started, HANDLE event, Timeout timeout) noexcept;
    void cancelIfWoken(Target& target, Operation& operation, std::uint64_t generation) noexcept;
    void awaitKernel(Operation& operation, HANDLE event, Timeout timeout) noexcept;
    static void prepare(Operation& operation, const CompletionRecord& record) noexcept;
    OperationId settle(Operation& operation, const Started& started) noexcept;
    void endInline(Operation& operation) noexcept;
    void releaseHold(Operation& operation) noexcept;
    // Calls `visit` with each operation of the target in flight that has that opcode, and with its generation. What was
    // read of the operation counts only if `visit` then finds the same generation.
    template <class Visit>
    void forEach(const Target& target, Opcode opcode, const Visit& visit) noexcept;
    bool cancelGeneration(Operation& operation, std::uint64_t generation) noexcept;
    bool countsUnwritten(Operation& operation, std::uint32_t slot, std::uint32_t status) const noexcept;
    static bool cancelHeld(Operation& operation, Rendezvous::Cause cause) noexcept;
    void selfPost(Operation& operation, std::uint64_t generation) noexcept;
    OperationId idOf(const Operation& operation) const noexcept;

    const win32::KernelPort& port_;
    Slab<Operation> slab_;
    std::optional<UnwrittenStatuses> unwritten_;  // only if the kernel may leave a status unwritten
    DeferredOperations deferred_;
    Deadlines deadlines_;
    EventPool events_;
    Timekeeper& timekeeper_;
};

}  // namespace iocp4j
