#include "engine/operation/Operations.h"

#include <algorithm>

#include "engine/operation/InlineBudget.h"

namespace iocp4j {

namespace {

constexpr unsigned kSlotBits = 24;
// ERROR_HANDLES_CLOSED, which MinGW's winerror.h does not have.
constexpr win32::ErrorCode kHandlesClosed = 676;
// Longer than any program runs, and short enough to be added to the time of day.
constexpr Operations::Timeout kLongestTimeout = std::chrono::hours{24 * 365 * 100};
constexpr OperationId kIdMark = OperationId{1} << (kSlotBits + Rendezvous::kGenerationBits);
static_assert(Operations::kMaxCeiling == 1u << kSlotBits && kIdMark == OperationId{1} << 62);

// The NTSTATUS in a field as wide as a pointer, of which the kernel writes the lower half.
std::uint32_t statusIn(ULONG_PTR field) noexcept { return static_cast<std::uint32_t>(field); }

// Of an operation that the kernel has carried: such an operation has one, until it is retired.
Target& targetOf(const Operation& operation) noexcept { return *operation.target.load(std::memory_order_relaxed); }

// What the kernel says of an operation that is over.
void storeResult(Operation& operation) noexcept {
    operation.record.bytes = static_cast<std::uint32_t>(operation.InternalHigh);
    operation.record.status = targetOf(operation).traits().errorOfStatus(operation.Internal);
}

std::uint64_t generationIn(OperationId id) noexcept { return (id ^ kIdMark) >> kSlotBits; }

// What InlineCompletion can say: how much data has moved. All else needs more, the end of a stream for one.
bool canEndInline(const CompletionRecord& record) noexcept {
    switch (record.opcode) {
        case Opcode::kRead:
        case Opcode::kWrite:
            return record.status == ERROR_SUCCESS && record.bytes > 0;
        default:
            return false;
    }
}

}  // namespace

Operations::Operations(const win32::KernelPort& port, std::uint32_t ceiling, Timekeeper& timekeeper, Doorbell& doorbell,
                       bool statusMayBeUnwritten)
    : port_(port), slab_(ceiling), timekeeper_(timekeeper), doorbell_(doorbell) {
    if (statusMayBeUnwritten) {
        unwritten_.emplace(ceiling);
    }
}

Operation* Operations::begin(Target& target, const CompletionRecord& record, Timeout timeout, Carrier carrier,
                             win32::ErrorCode& refusal) noexcept {
    if (port_.isLost()) {
        refusal = code(EngineError::kPortLost);
        return nullptr;
    }
    const bool timed = timeout != kForEver;
    if (timed && !timekeeper_.start()) {
        refusal = code(EngineError::kOutOfMemory);
        return nullptr;
    }
    Operation* operation = slab_.acquire();
    if (operation == nullptr) {
        refusal = code(EngineError::kOperationLimit);
        return nullptr;
    }
    // First, because a device that has reserved its handle for an operation may look at it.
    prepare(*operation, record);
    if (carrier == Carrier::kKernel && !target.reserve(*operation)) {
        slab_.release(operation);
        refusal = code(EngineError::kHandleBusy);
        return nullptr;
    }
    target.countAccepted();
    operation->target.store(&target, std::memory_order_relaxed);
    operation->rendezvous.begin();
    if (timed && deadlines_.set(*operation, Deadlines::Clock::now() + std::min(timeout, kLongestTimeout))) {
        timekeeper_.wake();
    }
    return operation;
}

void Operations::prepare(Operation& operation, const CompletionRecord& record) noexcept {
    // As every Win32 call does first, but here also for the time until then. This and the key are what claim() looks at
    // before it knows that it may.
    std::atomic_ref{operation.Internal}.store(STATUS_PENDING, std::memory_order_relaxed);
    operation.InternalHigh = 0;
    operation.Offset = 0;
    operation.OffsetHigh = 0;
    operation.hEvent = nullptr;
    std::atomic_ref{operation.record.key}.store(record.key, std::memory_order_relaxed);
    operation.record.token = record.token;
    operation.record.bytes = record.bytes;
    operation.record.status = record.status;
    std::atomic_ref{operation.record.opcode}.store(record.opcode, std::memory_order_relaxed);
    operation.record.kind = record.kind;
    operation.record.detail = record.detail;
    operation.clear();
}

OperationId Operations::settle(Operation& operation, const Started& started) noexcept {
    const OperationId id = idOf(operation);
    Target& target = targetOf(operation);
    const bool skipped = started.packet == Started::Packet::kMayBeSkipped && target.skipsPackets();
    const bool over = skipped || started.packet == Started::Packet::kNone;
    if (over && unwritten_) {
        unwritten_->mark(slab_.indexOf(&operation));
    }
    if (over && operation.rendezvous.claimByHolder()) {
        if (skipped) {
            storeResult(operation);
            if (target.completesInline() && canEndInline(operation.record) &&
                InlineBudget::ofThisThread().take(target.key())) {
                const std::uint32_t bytes = operation.record.bytes;
                endInline(operation);
                return inlineId(bytes);
            }
        } else {
            operation.record.bytes = started.bytes;
            operation.record.status = started.status;
        }
        const std::uint64_t generation = operation.rendezvous.generation();
        operation.rendezvous.selfPost();
        selfPost(operation, generation);
        return id;
    }
    // Device::close cancels what it finds in flight. If it looked before our call reached the kernel, it has missed
    // this operation; but then it had marked the device before, and we see that.
    if (target.closed()) {
        target.cancel(&operation);
    }
    letGo(operation);
    return id;
}

void Operations::endInline(Operation& operation) noexcept {
    Target& target = targetOf(operation);
    target.countCompletedInline(retire(operation).bytes);
    target.endShare();
}

void Operations::letGo(Operation& operation) noexcept {
    const std::uint64_t generation = operation.rendezvous.generation();
    for (;;) {
        switch (operation.rendezvous.release()) {
            case Rendezvous::Release::kDone:
                return;
            case Rendezvous::Release::kCancelFirst:
                cancelHeld(operation, Rendezvous::Cause::kCancelled);
                break;
            case Rendezvous::Release::kTimeOutFirst:
                cancelHeld(operation, Rendezvous::Cause::kTimedOut);
                break;
            case Rendezvous::Release::kFinish:
                selfPost(operation, generation);
                return;
        }
    }
}

void Operations::selfPost(Operation& operation, std::uint64_t generation) noexcept {
    if (port_.post(0, kSelfPostedKey, &operation) != ERROR_SUCCESS &&
        operation.rendezvous.arrive(true, generation) == Rendezvous::Arrival::kAlone) {
        // No other thread can finish it any more, and none has, not even with a forged packet.
        defer(operation);
    }
}

void Operations::defer(Operation& operation) noexcept {
    const std::lock_guard lock{deferredMutex_};
    operation.next = nullptr;
    if (deferred_.load(std::memory_order_relaxed) == nullptr) {
        deferred_.store(&operation, std::memory_order_release);
    } else {
        lastDeferred_->next = &operation;
    }
    lastDeferred_ = &operation;
    // With the lock held: without this operation the port may come to its end.
    doorbell_.ring();
}

void Operations::postCompletion(Operation& operation) noexcept {
    const OVERLAPPED_ENTRY packet{std::atomic_ref{operation.record.key}.load(std::memory_order_relaxed), &operation, 0,
                                  0};
    if (port_.post(0, packet.lpCompletionKey, packet.lpOverlapped) == ERROR_SUCCESS) {
        return;
    }
    bool foreign = false;
    if (Operation* claimed = claim(packet, foreign)) {
        defer(*claimed);
    }
}

void Operations::postCompletion(Operation& operation, win32::ErrorCode error, std::uint32_t bytes) noexcept {
    operation.InternalHigh = bytes;
    std::atomic_ref{operation.Internal}.store(win32::statusOfError(error), std::memory_order_release);
    postCompletion(operation);
}

win32::Result<OperationId> Operations::post(const CompletionRecord& record) noexcept {
    Operation* operation = slab_.acquire();
    if (operation == nullptr) {
        return win32::Result<OperationId>::failure(code(EngineError::kOperationLimit));
    }
    prepare(*operation, record);
    operation->pins = {};
    operation->target.store(nullptr, std::memory_order_relaxed);
    const OperationId id = idOf(*operation);
    const std::uint64_t generation = operation->rendezvous.generation();
    operation->rendezvous.beginSelfPosted();
    const win32::ErrorCode error = port_.post(0, kSelfPostedKey, operation);
    // Unless a forged packet has delivered it: then it was accepted.
    if (error != ERROR_SUCCESS && operation->rendezvous.arrive(true, generation) == Rendezvous::Arrival::kAlone) {
        (void)retire(*operation);
        return win32::Result<OperationId>::failure(port_.isLost() ? code(EngineError::kPortLost) : error);
    }
    return id;
}

Operation* Operations::ofTarget(const Target& target, OperationId id) const noexcept {
    Operation* operation = slab_.at(static_cast<std::uint32_t>(id & (kMaxCeiling - 1)));
    const bool known = operation != nullptr && operation->rendezvous.alive(generationIn(id)) &&
                       operation->target.load(std::memory_order_relaxed) == &target;
    return known ? operation : nullptr;
}

bool Operations::isPending(const Target& target, OperationId id) const noexcept {
    Operation* operation = ofTarget(target, id);
    if (operation == nullptr) {
        return false;
    }
    const ULONG_PTR status = std::atomic_ref{operation->Internal}.load(std::memory_order_acquire);
    // What was read is this life's only if that is going on.
    return status == STATUS_PENDING && operation->rendezvous.alive(generationIn(id));
}

bool Operations::cancel(const Target& target, OperationId id) noexcept {
    Operation* operation = ofTarget(target, id);
    return operation != nullptr && cancelLife(*operation, generationIn(id));
}

std::uint32_t Operations::cancelAll(const Target& target, Opcode opcode) noexcept {
    std::uint32_t found = 0;
    Operation* operation = nullptr;
    for (std::uint32_t slot = 0; (operation = slab_.at(slot)) != nullptr; ++slot) {
        const std::uint64_t generation = operation->rendezvous.generation();
        // What is read here counts only if cancelLife() finds the same life afterwards.
        if (operation->rendezvous.alive(generation) && operation->target.load(std::memory_order_relaxed) == &target &&
            std::atomic_ref{operation->record.opcode}.load(std::memory_order_relaxed) == opcode &&
            cancelLife(*operation, generation)) {
            ++found;
        }
    }
    return found;
}

bool Operations::cancelLife(Operation& operation, std::uint64_t generation) noexcept {
    switch (operation.rendezvous.hold(generation)) {
        case Rendezvous::Hold::kOver:
            return false;
        case Rendezvous::Hold::kDelegated:
            return true;
        case Rendezvous::Hold::kGained:
            break;
    }
    const bool found = cancelHeld(operation, Rendezvous::Cause::kCancelled);
    letGo(operation);
    return found;
}

bool Operations::cancelHeld(Operation& operation, Rendezvous::Cause cause) noexcept {
    if (!targetOf(operation).cancel(&operation)) {
        return false;
    }
    operation.rendezvous.cancelledFor(cause);
    return true;
}

Operation* Operations::claim(const OVERLAPPED_ENTRY& entry, bool& foreign) noexcept {
    const bool selfPosted = entry.lpCompletionKey == kSelfPostedKey;
    Operation* operation = slab_.find(entry.lpOverlapped);
    foreign = true;
    // Other code in the process may post to the port whatever it likes, the address of an operation included. A packet
    // of the kernel's has the device's key, and comes when the kernel has written the operation's status.
    const std::uint64_t generation = operation != nullptr ? operation->rendezvous.generation() : 0;
    if (operation == nullptr || !operation->rendezvous.alive(generation)) {
        return nullptr;
    }
    // Meanwhile this life may end and another begin. Then what we see is worth nothing, and arrive() says so.
    const ULONG_PTR status = std::atomic_ref{operation->Internal}.load(std::memory_order_acquire);
    const std::uint64_t key = std::atomic_ref{operation->record.key}.load(std::memory_order_relaxed);
    const bool written = status != STATUS_PENDING;
    const std::uint32_t place = slab_.indexOf(operation);
    const bool counts = written || (unwritten_ && unwritten_->counts(place, statusIn(entry.Internal)));
    if (!selfPosted && (entry.lpCompletionKey != key || !counts)) {
        return nullptr;
    }
    const Rendezvous::Arrival arrival = operation->rendezvous.arrive(selfPosted, generation);
    if (arrival == Rendezvous::Arrival::kForeign) {
        return nullptr;
    }
    foreign = false;
    if (!selfPosted && written) {
        // Not what the packet says: other code may have posted it, which can know no more than that the operation is
        // over, or it may be of an earlier operation in this place.
        if (unwritten_ && statusIn(entry.Internal) != statusIn(status)) {
            unwritten_->mark(place);
        }
        storeResult(*operation);
    } else if (!selfPosted) {
        operation->record.bytes = entry.dwNumberOfBytesTransferred;
        operation->record.status = targetOf(*operation).traits().errorOfStatus(entry.Internal);
    }
    return arrival == Rendezvous::Arrival::kAlone || operation->rendezvous.publish() ? operation : nullptr;
}

Operation* Operations::claimDeferred() noexcept {
    if (!hasDeferred()) {
        return nullptr;
    }
    const std::lock_guard lock{deferredMutex_};
    Operation* operation = deferred_.load(std::memory_order_relaxed);
    if (operation == nullptr) {
        return nullptr;
    }
    deferred_.store(operation->next, std::memory_order_relaxed);
    return operation;
}

CompletionRecord Operations::retire(Operation& operation) noexcept {
    if (operation.everSet()) {
        deadlines_.remove(operation);
    }
    CompletionRecord record = operation.record;
    Target* target = operation.target.load(std::memory_order_relaxed);
    if (target != nullptr) {
        record.key = target->key();
        target->release(operation);
    }
    if (record.status == ERROR_OPERATION_ABORTED) {
        // Three reasons, three codes: a caller's cancel() keeps the one that Windows gives.
        if (operation.rendezvous.wasCancelledFor(Rendezvous::Cause::kTimedOut)) {
            record.status = ERROR_TIMEOUT;
        } else if (!operation.rendezvous.wasCancelledFor(Rendezvous::Cause::kCancelled) && target != nullptr &&
                   target->closed()) {
            record.status = kHandlesClosed;
        }
    }
    operation.rendezvous.end();
    slab_.release(&operation);
    return record;
}

Deadlines::Clock::time_point Operations::cancelOverdue() noexcept {
    Operation* overdue = nullptr;
    const auto next = deadlines_.look(Deadlines::Clock::now(), [&](Deadlines::Entry& entry) {
        auto& operation = static_cast<Operation&>(entry);
        // What we hold is not reused, so that it can be cancelled outside the lock.
        if (operation.rendezvous.hold(operation.rendezvous.generation(), Rendezvous::Cause::kTimedOut) ==
            Rendezvous::Hold::kGained) {
            operation.next = std::exchange(overdue, &operation);
        }
    });
    while (overdue != nullptr) {
        Operation& operation = *std::exchange(overdue, overdue->next);
        cancelHeld(operation, Rendezvous::Cause::kTimedOut);
        letGo(operation);
    }
    return next;
}

OperationId Operations::idOf(const Operation& operation) const noexcept {
    return kIdMark | (operation.rendezvous.generation() << kSlotBits) | slab_.indexOf(&operation);
}

}  // namespace iocp4j
