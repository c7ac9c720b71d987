#include "engine/operation/Operations.h"

#include <algorithm>

#include "engine/operation/InlineBudget.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

constexpr unsigned kSlotBits = 24;
// ERROR_HANDLES_CLOSED, which MinGW's winerror.h lacks.
constexpr win32::ErrorCode kHandlesClosed = 676;
// Longer than any program runs, but small enough to be added to the current time without overflow.
constexpr Operations::Timeout kLongestTimeout = std::chrono::hours{24 * 365 * 100};
constexpr OperationId kIdMark = OperationId{1} << (kSlotBits + Rendezvous::kGenerationBits);
static_assert(Operations::kMaxCeiling == 1u << kSlotBits && kIdMark == OperationId{1} << 62);

// The field is as wide as a pointer. The kernel writes the NTSTATUS to its lower half.
std::uint32_t statusIn(ULONG_PTR field) noexcept { return static_cast<std::uint32_t>(field); }

// Only for an operation of a device. Its target is set until the operation is retired.
Target& targetOf(const Operation& operation) noexcept { return *operation.target.load(std::memory_order_relaxed); }

// Another thread may read the count in a stale packet's claim.
void storeBytes(Operation& operation, std::uint32_t bytes) noexcept {
    std::atomic_ref{operation.record.bytes}.store(bytes, std::memory_order_relaxed);
}

// Reads the result that the kernel has written to the OVERLAPPED.
void storeResult(Operation& operation) noexcept {
    storeBytes(operation, static_cast<std::uint32_t>(operation.InternalHigh));
    operation.record.status = targetOf(operation).traits().errorOfStatus(operation.Internal);
}

// Waits until the kernel has written the status; returns false at the timeout. The event alone does not count, because
// other code may set or close it.
bool awaitStatus(Operation& operation, HANDLE event, Operations::Timeout timeout) noexcept {
    const bool timed = timeout != Operations::kForEver;
    const auto deadline = Deadlines::Clock::now() + std::min(timeout, kLongestTimeout);
    const auto isPending = [&] {
        return std::atomic_ref{operation.Internal}.load(std::memory_order_acquire) == STATUS_PENDING;
    };
    while (isPending()) {
        DWORD milliseconds = INFINITE;
        if (timed) {
            const auto left = std::chrono::ceil<Operations::Timeout>(deadline - Deadlines::Clock::now());
            if (left <= Operations::Timeout::zero()) {
                return false;
            }
            milliseconds = static_cast<DWORD>(std::min(left, Operations::Timeout{INFINITE - 1}).count());
        }
        if (win32::calls.waitForSingleObject(event, milliseconds) != WAIT_TIMEOUT && isPending()) {
            ::Sleep(1);
        }
    }
    return true;
}

std::uint64_t generationIn(OperationId id) noexcept { return (id ^ kIdMark) >> kSlotBits; }

// Inline completion reports only a byte count. Any other result, such as the end of a stream, needs a record.
bool canEndInline(const CompletionRecord& record) noexcept {
    if (record.status != ERROR_SUCCESS) {
        return false;
    }
    switch (record.opcode) {
        case Opcode::kRead:
            return record.bytes > 0 || record.detail == kNoRoom;
        case Opcode::kWrite:
            return true;
        default:
            return false;
    }
}

}  // namespace

Operations::Operations(const win32::KernelPort& port, std::uint32_t ceiling, Timekeeper& timekeeper, Doorbell& doorbell,
                       bool statusMayBeUnwritten)
    : port_(port), slab_(ceiling), deferred_(doorbell), timekeeper_(timekeeper) {
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
    // Before reserve(), because a device that has reserved its handle for the operation may read these fields.
    prepare(*operation, record);
    if (unwritten_) {
        // Until the result takes its place.
        storeBytes(*operation, ::GetCurrentThreadId());
    }
    if (carrier == Carrier::kKernel && !target.reserve(*operation)) {
        slab_.release(operation);
        refusal = code(EngineError::kHandleBusy);
        return nullptr;
    }
    target.countAccepted();
    operation->target.store(&target, std::memory_order_relaxed);
    if (carrier == Carrier::kThread) {
        operation->rendezvous.beginWaited();
    } else {
        operation->rendezvous.begin();
    }
    if (timed && deadlines_.set(*operation, Deadlines::Clock::now() + std::min(timeout, kLongestTimeout))) {
        timekeeper_.wake();
    }
    return operation;
}

void Operations::prepare(Operation& operation, const CompletionRecord& record) noexcept {
    // Every Win32 call stores STATUS_PENDING first; here it is also needed before the call. claim() reads this field
    // and the key before it knows that the packet is genuine.
    std::atomic_ref{operation.Internal}.store(STATUS_PENDING, std::memory_order_relaxed);
    operation.InternalHigh = 0;
    operation.Offset = 0;
    operation.OffsetHigh = 0;
    operation.hEvent = nullptr;
    std::atomic_ref{operation.record.key}.store(record.key, std::memory_order_relaxed);
    operation.record.token = record.token;
    storeBytes(operation, record.bytes);
    operation.record.status = record.status;
    std::atomic_ref{operation.record.opcode}.store(record.opcode, std::memory_order_relaxed);
    std::atomic_ref{operation.record.kind}.store(record.kind, std::memory_order_relaxed);
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
            storeBytes(operation, started.bytes);
            operation.record.status = started.status;
        }
        const std::uint64_t generation = operation.rendezvous.generation();
        operation.rendezvous.selfPost();
        selfPost(operation, generation);
        return id;
    }
    // Device::close cancels the operations that are in flight. If it did so before our call reached the kernel, it
    // missed this operation. But it closes the gate first, and we see that here.
    if (target.closed()) {
        target.cancel(&operation);
    }
    releaseHold(operation);
    return id;
}

Operation* Operations::beginWaited(Target& target, const CompletionRecord& record, HANDLE event,
                                   win32::ErrorCode& refusal) noexcept {
    if (event == nullptr) {
        refusal = code(EngineError::kOutOfMemory);
        return nullptr;
    }
    Operation* operation = begin(target, record, kForEver, Carrier::kThread, refusal);
    if (operation != nullptr) {
        operation->pins = {};
        // The low bit keeps the kernel from queueing a packet: see the documentation of GetQueuedCompletionStatus.
        operation->hEvent = static_cast<char*>(event) + 1;
    }
    return operation;
}

CompletionRecord Operations::awaitEnd(Operation& operation, const Started& started, HANDLE event,
                                      Timeout timeout) noexcept {
    Target& target = targetOf(operation);
    const bool isRead = operation.record.opcode == Opcode::kRead;
    if (unwritten_) {
        unwritten_->mark(slab_.indexOf(&operation));
    }
    if (started.packet == Started::Packet::kFollows) {
        const std::uint64_t generation = operation.rendezvous.generation();
        // A close has missed this operation if it came before our call reached the kernel.
        if (target.closed()) {
            target.cancel(&operation);
        }
        releaseHold(operation);
        if (isRead) {
            // A wake has missed it if it came before this thread released it.
            cancelIfWoken(target, operation, generation);
        }
        awaitKernel(operation, event, timeout);
        storeResult(operation);
    } else if (started.packet == Started::Packet::kMayBeSkipped) {
        storeResult(operation);
    } else {
        storeBytes(operation, started.bytes);
        operation.record.status = started.status;
    }
    CompletionRecord record = retire(operation);
    target.countCompleted(record.bytes);
    if (record.status == ERROR_OPERATION_ABORTED && isRead && target.takeReadWake()) {
        record.status = kWoken;
    }
    return record;
}

// Returns when the operation is over and no other thread uses it.
void Operations::awaitKernel(Operation& operation, HANDLE event, Timeout timeout) noexcept {
    const std::uint64_t generation = operation.rendezvous.generation();
    if (!awaitStatus(operation, event, timeout)) {
        if (operation.rendezvous.hold(generation, Rendezvous::Cause::kTimedOut) == Rendezvous::Hold::kGained) {
            cancelHeld(operation, Rendezvous::Cause::kTimedOut);
            releaseHold(operation);
        }
        (void)awaitStatus(operation, event, kForEver);
    }
    while (!operation.rendezvous.claimWaited()) {
        ::SwitchToThread();
    }
}

void Operations::wakeRead(Target& target) noexcept {
    target.setReadWake();
    forEach(target, Opcode::kRead,
            [&](Operation& operation, std::uint64_t generation) { cancelIfWoken(target, operation, generation); });
}

// A thread that cannot hold the operation leaves the mark to the holder: the starting thread calls this after it has
// released the operation, and every other holder cancels it. Once the operation is in flight, only its own end takes
// the mark, because a target has one waiting reader at a time.
void Operations::cancelIfWoken(Target& target, Operation& operation, std::uint64_t generation) noexcept {
    if (target.hasReadWake() && operation.rendezvous.holdWaited(generation)) {
        target.cancel(&operation);
        releaseHold(operation);
    }
}

void Operations::endInline(Operation& operation) noexcept {
    Target& target = targetOf(operation);
    target.countCompletedInline(retire(operation).bytes);
    target.endShare();
}

void Operations::releaseHold(Operation& operation) noexcept {
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
        // No other thread can finish the operation any more, and none has done so, not even with a forged packet.
        deferred_.add(operation);
    }
}

void Operations::postCompletion(Operation& operation) noexcept {
    const OVERLAPPED_ENTRY packet{std::atomic_ref{operation.record.key}.load(std::memory_order_relaxed), &operation, 0,
                                  0};
    if (port_.post(0, packet.lpCompletionKey, packet.lpOverlapped) == ERROR_SUCCESS) {
        return;
    }
    bool foreign = false;
    if (Operation* claimed = claim(packet, foreign)) {
        deferred_.add(*claimed);
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
    // If a forged packet has delivered the operation, it counts as accepted.
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
    // The status belongs to this generation only if the generation is still in flight.
    return status == STATUS_PENDING && operation->rendezvous.alive(generationIn(id));
}

bool Operations::cancel(const Target& target, OperationId id) noexcept {
    Operation* operation = ofTarget(target, id);
    return operation != nullptr && cancelGeneration(*operation, generationIn(id));
}

template <class Visit>
void Operations::forEach(const Target& target, Opcode opcode, const Visit& visit) noexcept {
    Operation* operation = nullptr;
    for (std::uint32_t slot = 0; (operation = slab_.at(slot)) != nullptr; ++slot) {
        const std::uint64_t generation = operation->rendezvous.generation();
        if (operation->rendezvous.alive(generation) && operation->target.load(std::memory_order_relaxed) == &target &&
            std::atomic_ref{operation->record.opcode}.load(std::memory_order_relaxed) == opcode) {
            visit(*operation, generation);
        }
    }
}

std::uint32_t Operations::cancelAll(const Target& target, Opcode opcode) noexcept {
    std::uint32_t found = 0;
    forEach(target, opcode, [&](Operation& operation, std::uint64_t generation) {
        if (cancelGeneration(operation, generation)) {
            ++found;
        }
    });
    return found;
}

bool Operations::cancelGeneration(Operation& operation, std::uint64_t generation) noexcept {
    switch (operation.rendezvous.hold(generation)) {
        case Rendezvous::Hold::kOver:
            return false;
        case Rendezvous::Hold::kDelegated:
            return true;
        case Rendezvous::Hold::kGained:
            break;
    }
    const bool found = cancelHeld(operation, Rendezvous::Cause::kCancelled);
    releaseHold(operation);
    return found;
}

bool Operations::cancelHeld(Operation& operation, Rendezvous::Cause cause) noexcept {
    if (!targetOf(operation).cancel(&operation)) {
        return false;
    }
    operation.rendezvous.cancelledFor(cause);
    return true;
}

bool Operations::countsUnwritten(Operation& operation, std::uint32_t slot, std::uint32_t status) const noexcept {
    return unwritten_ &&
           unwritten_->counts(slot, std::atomic_ref{operation.record.kind}.load(std::memory_order_relaxed), status,
                              std::atomic_ref{operation.record.bytes}.load(std::memory_order_relaxed));
}

void Operations::letStarterReturn(const OVERLAPPED_ENTRY& entry) const noexcept {
    const Operation* operation = slab_.find(entry.lpOverlapped);
    if (operation != nullptr && operation->rendezvous.isHeld()) {
        ::SwitchToThread();
    }
}

Operation* Operations::claim(const OVERLAPPED_ENTRY& entry, bool& foreign) noexcept {
    const bool selfPosted = entry.lpCompletionKey == kSelfPostedKey;
    Operation* operation = slab_.find(entry.lpOverlapped);
    foreign = true;
    // Other code in the process may post anything, including the address of an operation. A packet of the kernel has
    // the device's key, and comes after the kernel has written the operation's status.
    const std::uint64_t generation = operation != nullptr ? operation->rendezvous.generation() : 0;
    if (operation == nullptr || !operation->rendezvous.alive(generation)) {
        return nullptr;
    }
    // The operation may end here and its slot be reused. These reads are then stale, and arrive() rejects the packet.
    const ULONG_PTR status = std::atomic_ref{operation->Internal}.load(std::memory_order_acquire);
    const std::uint64_t key = std::atomic_ref{operation->record.key}.load(std::memory_order_relaxed);
    const bool written = status != STATUS_PENDING;
    const std::uint32_t slot = slab_.indexOf(operation);
    const bool counts = written || countsUnwritten(*operation, slot, statusIn(entry.Internal));
    if (!selfPosted && (entry.lpCompletionKey != key || !counts)) {
        return nullptr;
    }
    const Rendezvous::Arrival arrival = operation->rendezvous.arrive(selfPosted, generation);
    if (arrival == Rendezvous::Arrival::kForeign) {
        return nullptr;
    }
    foreign = false;
    if (!selfPosted && written) {
        // Read the result from the OVERLAPPED, not from the packet. Other code may have posted the packet, or it may
        // belong to an earlier operation in this slot. Either way the operation is over.
        if (unwritten_ && statusIn(entry.Internal) != statusIn(status)) {
            unwritten_->mark(slot);
        }
        storeResult(*operation);
    } else if (!selfPosted) {
        storeBytes(*operation, entry.dwNumberOfBytesTransferred);
        operation->record.status = targetOf(*operation).traits().errorOfStatus(entry.Internal);
    }
    return arrival == Rendezvous::Arrival::kAlone || operation->rendezvous.publish() ? operation : nullptr;
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
        // Three causes have three codes. A cancel() of the caller keeps the code of Windows.
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
        // A held slot is not reused, so that the operation can be cancelled after the lock is released.
        if (operation.rendezvous.hold(operation.rendezvous.generation(), Rendezvous::Cause::kTimedOut) ==
            Rendezvous::Hold::kGained) {
            operation.next = std::exchange(overdue, &operation);
        }
    });
    while (overdue != nullptr) {
        Operation& operation = *std::exchange(overdue, overdue->next);
        cancelHeld(operation, Rendezvous::Cause::kTimedOut);
        releaseHold(operation);
    }
    return next;
}

OperationId Operations::idOf(const Operation& operation) const noexcept {
    return kIdMark | (operation.rendezvous.generation() << kSlotBits) | slab_.indexOf(&operation);
}

}  // namespace iocp4j
