#include "engine/port/Drain.h"

#include <bit>
#include <utility>

#include "engine/operation/InlineBudget.h"
#include "engine/operation/Operations.h"
#include "engine/port/CompletionSink.h"
#include "engine/port/Device.h"
#include "engine/port/PortPackets.h"
#include "engine/port/PortWork.h"

namespace iocp4j {

namespace {

// The pause after the kernel's port has failed to dequeue.
constexpr DWORD kRecoveryMilliseconds = 50;

// Returns true for a device packet that is not an operation's completion.
bool isNotification(const OVERLAPPED_ENTRY& entry) noexcept {
    const Share<Device> device{entry.lpCompletionKey};
    return device && device->onNotification(entry);
}

void add(std::atomic<std::uint64_t>& counter, std::uint64_t more) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

Drain::Drain(DrainPort& port, std::uint32_t room)
    : port_(port),
      entries_(room),
      records_(room),
      departing_(room),
      introduced_(room),
      room_(room),
      entryCount_(port.roomCostsTime) {}

void Drain::setActivity(Activity activity) noexcept {
    counters_.activity.store(::GetTickCount64() << 2 | static_cast<std::uint64_t>(activity), std::memory_order_relaxed);
}

Drain::Current Drain::current() const noexcept {
    const std::uint64_t activity = counters_.activity.load(std::memory_order_relaxed);
    const std::uint64_t since = activity >> 2;
    const std::uint64_t now = ::GetTickCount64();
    return {static_cast<Activity>(activity & 3), now > since ? now - since : 0};
}

Drain::Signals Drain::collect(DWORD milliseconds, bool alertable) noexcept {
    // When deferred operations have filled a batch, the next one takes packets only, so that neither delays the other
    // for ever.
    const bool packetsOnly = std::exchange(packetsOnly_, false);
    while (!packetsOnly && departingCount_ < room_) {
        Operation* deferred = port_.operations.claimDeferred();
        if (deferred == nullptr) {
            break;
        }
        addToBatch(deferred);
    }
    if (departingCount_ == room_) {
        packetsOnly_ = true;
        return Signals{};
    }
    const bool inHaste = packetsOnly || departingCount_ > 0;
    return dequeue(inHaste ? 0 : milliseconds, alertable);
}

Drain::Signals Drain::dequeue(DWORD milliseconds, bool alertable) noexcept {
    if (port_.kernel.isLost()) {
        return waitWithoutKernel(milliseconds);
    }
    setActivity(Activity::kWaiting);
    const auto dequeued = port_.kernel.dequeueMany(std::span{entries_}.first(entryCount_.next(room_ - departingCount_)),
                                                   milliseconds, alertable);
    setActivity(Activity::kRunning);
    entryCount_.received(dequeued.count);
    if (dequeued.outcome == win32::KernelPort::Outcome::kLost) {
        add(counters_.failedDequeues, 1);
        return waitWithoutKernel(0);
    }
    if (dequeued.outcome == win32::KernelPort::Outcome::kFailed) {
        add(counters_.failedDequeues, 1);
        // Do not return, because the operations in flight need this thread.
        ::Sleep(kRecoveryMilliseconds);
    }
    Signals signals;
    signals.interrupted = dequeued.outcome == win32::KernelPort::Outcome::kInterrupted;
    std::uint32_t exits = 0;
    if (dequeued.count == 1) {
        port_.operations.letStarterReturn(entries_.front());
    }
    for (const OVERLAPPED_ENTRY& entry : std::span{entries_}.first(dequeued.count)) {
        bool foreign = false;
        if (Operation* operation = port_.operations.claim(entry, foreign)) {
            addToBatch(operation);
        } else if (foreign) {
            switch (port_.packets.kindOf(entry)) {
                case PortPackets::Kind::kExit:
                    ++exits;
                    break;
                case PortPackets::Kind::kWake:
                    signals.wake = true;
                    break;
                case PortPackets::Kind::kRing:
                    break;
                case PortPackets::Kind::kNone:
                    add(counters_.foreignPackets, isNotification(entry) ? 0 : 1);
                    break;
            }
        }
    }
    // If an exit packet could not be posted, the thread leaves here, after its next wake-up.
    signals.exit = exits > 0 || (departingCount_ == 0 && port_.packets.exiting());
    if (signals.exit && exits != 1) {
        // The dequeued exit packets of other threads, or one for the next thread whose packet could not be posted.
        port_.packets.postExits(exits > 0 ? exits - 1 : 1);
    }
    return signals;
}

// For a lost port, which gets no more packets. Deferred operations are still delivered, so that a close can end.
Drain::Signals Drain::waitWithoutKernel(DWORD milliseconds) noexcept {
    if (!port_.lossReported.exchange(true)) {
        port_.sink.portLost(port_.kernel.lossReason());
    }
    if (!port_.packets.exiting()) {
        setActivity(Activity::kWaiting);
        port_.packets.awaitRing(milliseconds);
        setActivity(Activity::kRunning);
    }
    Signals signals;
    signals.exit = departingCount_ == 0 && port_.packets.exiting();
    return signals;
}

void Drain::addToBatch(Operation* operation) noexcept {
    // Every target of this port is a device.
    auto* device = static_cast<Device*>(operation->target.load(std::memory_order_relaxed));
    const Pins pins = operation->pins;
    CompletionRecord& record = records_[recordCount_];
    // Before the listener runs, so that it can start the next operation in the same slot.
    record = port_.operations.retire(*operation);
    if (pins.any()) {
        port_.sink.unpin(pins);
    }
    const std::uint32_t bytes = record.bytes;
    const bool delivers = device == nullptr || (device->onCompleted(record) && introduce(*device, record));
    departing_[departingCount_++] = {device, bytes, delivers && record.opcode == Opcode::kChange};
    if (delivers) {
        ++recordCount_;
        if (record.status != ERROR_SUCCESS) {
            counters_.failures.add(record.status);
        }
    }
}

// A server's new connection is a device without another share. This share keeps it until the listener has returned. If
// the connection has already ended, with its port, the record is suppressed. A detached connection has no port with
// which it could end.
bool Drain::introduce(const Device& device, const CompletionRecord& record) noexcept {
    const bool isConnection = record.opcode == Opcode::kAccept && record.status == ERROR_SUCCESS;
    if (!isConnection || record.key == device.key() || isDetached(record.kind)) {
        return true;
    }
    Share<Device> connection{record.key};
    if (!connection) {
        return false;
    }
    introduced_[introducedCount_++] = connection.detach();
    return true;
}

void Drain::delivering() noexcept {
    add(counters_.batches[static_cast<std::size_t>(std::bit_width(recordCount_)) - 1], 1);
    add(counters_.completions, recordCount_);
    if (recordCount_ > counters_.largestBatch.load(std::memory_order_relaxed)) {
        counters_.largestBatch.store(recordCount_, std::memory_order_relaxed);
    }
    InlineBudget::ofThisThread().refill(recordCount_, static_cast<std::uint32_t>(records_.size()));
    setActivity(Activity::kListener);
}

std::size_t Drain::completions() const noexcept { return recordCount_ + InlineBudget::ofThisThread().taken(); }

void Drain::delivered() noexcept {
    setActivity(Activity::kRunning);
    recordCount_ = 0;
    for (Device* device : std::span{introduced_}.first(introducedCount_)) {
        Share<Device>::end(device);
    }
    introducedCount_ = 0;
    for (const auto [device, bytes, awaitsReturn] : std::span{departing_}.first(departingCount_)) {
        if (awaitsReturn) {
            device->onDelivered();
        }
        if (device != nullptr) {
            device->countCompleted(bytes);
            Share<Device>::end(device);
        } else {
            port_.work.leave();
        }
    }
    departingCount_ = 0;
}

}  // namespace iocp4j
