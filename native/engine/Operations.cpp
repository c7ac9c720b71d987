#include "engine/Operations.h"

namespace iocp4j {

namespace {

constexpr unsigned kSlotBits = 24;
constexpr OperationId kIdMark = OperationId{1} << (kSlotBits + Rendezvous::kGenerationBits);
static_assert(Operations::kMaxCeiling == 1u << kSlotBits && kIdMark == OperationId{1} << 62);

}  // namespace

Operation* Operations::begin(Share<Device> device, const CompletionRecord& record, void* pin) noexcept {
    Operation* operation = slab_.acquire();
    if (operation == nullptr) {
        return nullptr;
    }
    static_cast<OVERLAPPED&>(*operation) = OVERLAPPED{};
    // As every Win32 call does first, but here also for the time until then: see claim().
    operation->Internal = STATUS_PENDING;
    operation->record = record;
    operation->pin = pin;
    operation->device.store(device.detach(), std::memory_order_relaxed);
    operation->rendezvous.begin();
    return operation;
}

void Operations::settle(Operation& operation, Started started) noexcept {
    if (!started.packetFollows && operation.rendezvous.takeBack()) {
        operation.record.status = started.status;
        operation.rendezvous.travel();
        travel(operation);
        return;
    }
    // Device::close cancels what it finds in flight. If it looked before our call reached the kernel, it has missed
    // this operation; but then it had marked the device before, and we see that.
    const Device& device = *operation.device.load(std::memory_order_relaxed);
    if (Device::table().closed(device.key())) {
        win32::calls.cancelIoEx(device.handle(), &operation);
    }
    letGo(operation);
}

void Operations::letGo(Operation& operation) noexcept {
    for (;;) {
        switch (operation.rendezvous.release()) {
            case Rendezvous::Release::kDone:
                return;
            case Rendezvous::Release::kCancelFirst:
                win32::calls.cancelIoEx(operation.device.load(std::memory_order_relaxed)->handle(), &operation);
                break;
            case Rendezvous::Release::kFinish:
                travel(operation);
                return;
        }
    }
}

void Operations::travel(Operation& operation) noexcept {
    if (port_.post(0, kTravellingKey, &operation) != ERROR_SUCCESS &&
        operation.rendezvous.arrive(true) == Rendezvous::Arrival::kAlone) {
        // Nobody else can finish it any more, not even with a forged packet.
        const std::lock_guard lock{strandedMutex_};
        operation.nextStranded = stranded_.load(std::memory_order_relaxed);
        stranded_.store(&operation, std::memory_order_release);
    }
}

win32::Result<OperationId> Operations::post(const CompletionRecord& record) noexcept {
    Operation* operation = slab_.acquire();
    if (operation == nullptr) {
        return win32::Result<OperationId>::failure(code(Refusal::kOperationLimit));
    }
    operation->record = record;
    operation->pin = nullptr;
    operation->device.store(nullptr, std::memory_order_relaxed);
    operation->rendezvous.beginTravelling();
    const OperationId id = idOf(*operation);
    if (const win32::ErrorCode error = port_.post(0, kTravellingKey, operation)) {
        retire(*operation);
        return win32::Result<OperationId>::failure(error);
    }
    return id;
}

bool Operations::cancel(const Device& device, OperationId id) noexcept {
    Operation* operation = slab_.at(static_cast<std::uint32_t>(id & (kMaxCeiling - 1)));
    const std::uint64_t generation = (id ^ kIdMark) >> kSlotBits;
    if (operation == nullptr || !operation->rendezvous.alive(generation) ||
        operation->device.load(std::memory_order_relaxed) != &device) {
        return false;
    }
    switch (operation->rendezvous.hold(generation)) {
        case Rendezvous::Hold::kOver:
            return false;
        case Rendezvous::Hold::kDelegated:
            return true;
        case Rendezvous::Hold::kGained:
            break;
    }
    const bool found = win32::calls.cancelIoEx(device.handle(), operation) != FALSE;
    letGo(*operation);
    return found;
}

Operation* Operations::claim(const OVERLAPPED_ENTRY& entry, bool& foreign) noexcept {
    const bool travelling = entry.lpCompletionKey == kTravellingKey;
    Operation* operation = slab_.find(entry.lpOverlapped);
    foreign = true;
    // Other code in the process may post to the port whatever it likes, the address of an operation included. A packet
    // of the kernel's has the device's key, and comes when the kernel has written the operation's status.
    if (operation == nullptr || !operation->rendezvous.inFlight() ||
        (!travelling && (entry.lpCompletionKey != operation->record.key || operation->Internal == STATUS_PENDING))) {
        return nullptr;
    }
    const Rendezvous::Arrival arrival = operation->rendezvous.arrive(travelling);
    if (arrival == Rendezvous::Arrival::kForeign) {
        return nullptr;
    }
    foreign = false;
    if (!travelling) {
        // Not what the packet says: it may still be a stranger's, who can know no more than that the operation is over.
        operation->record.bytes = static_cast<std::uint32_t>(operation->InternalHigh);
        operation->record.status = win32::errorOfStatus(operation->Internal);
    }
    return arrival == Rendezvous::Arrival::kAlone || operation->rendezvous.publish() ? operation : nullptr;
}

Operation* Operations::claimStranded() noexcept {
    if (stranded_.load(std::memory_order_acquire) == nullptr) {
        return nullptr;
    }
    const std::lock_guard lock{strandedMutex_};
    Operation* operation = stranded_.load(std::memory_order_relaxed);
    if (operation == nullptr) {
        return nullptr;
    }
    stranded_.store(operation->nextStranded, std::memory_order_relaxed);
    return operation;
}

void Operations::retire(Operation& operation) noexcept {
    operation.rendezvous.end();
    slab_.release(&operation);
}

OperationId Operations::idOf(const Operation& operation) const noexcept {
    return kIdMark | (operation.rendezvous.generation() << kSlotBits) | slab_.indexOf(&operation);
}

}  // namespace iocp4j
