#include "engine/Worker.h"

#include <utility>

#include "engine/CompletionPort.h"
#include "engine/InlineBudget.h"
#include "engine/Waiting.h"

namespace iocp4j {

namespace {

// How long the first worker waits before it looks for work that no packet tells of: operations that could not be
// posted, and reminders. Each further worker waits that much longer, so that even if all but one are stuck in a
// listener somebody looks, and an idle pool hardly ever wakes.
constexpr DWORD kLookoutMilliseconds = 500;

void add(std::atomic<std::uint64_t>& counter, std::uint64_t more) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

Worker::Worker(CompletionPort& port, unsigned index, std::uint32_t share)
    : port_(port),
      index_(index),
      patience_((index + 1) * kLookoutMilliseconds),
      entries_(share),
      records_(share),
      departing_(share),
      introduced_(share) {}

void Worker::run() noexcept {
    const MayNotWait here;
    const bool started = port_.sink().workerStarted(index_, records_);
    port_.workerStarted(started);
    if (started) {
        Next next;
        do {
            next = collect();
            deliver();
            port_.remindDevices();
        } while (next == Next::kGoOn);
        port_.sink().workerStopped(index_);
    }
    port_.workerStopped();
}

Worker::Next Worker::collect() noexcept {
    const auto room = static_cast<std::uint32_t>(entries_.size());
    // Where those that could not be posted have filled a batch, the next one is the packets': neither starves the
    // other.
    const bool packetsOnly = std::exchange(packetsOnly_, false);
    while (!packetsOnly && departingCount_ < room) {
        Operation* stranded = port_.operations().claimStranded();
        if (stranded == nullptr) {
            break;
        }
        take(stranded);
    }
    if (departingCount_ == room) {
        packetsOnly_ = true;
        return Next::kGoOn;
    }
    const bool inHaste = packetsOnly || departingCount_ > 0;
    const std::uint32_t wanted = entryCount_.next(room - departingCount_);
    const auto dequeued = port_.kernel().dequeueMany(std::span{entries_}.first(wanted), inHaste ? 0 : patience_, false);
    entryCount_.received(dequeued.count);
    if (dequeued.outcome == win32::KernelPort::Outcome::kClosed) {
        // The handle is ours and open. Whatever ails the kernel, the operations in flight need somebody to come back.
        ::Sleep(kLookoutMilliseconds / 10);
    }
    std::uint32_t exits = 0;
    for (const OVERLAPPED_ENTRY& entry : std::span{entries_}.first(dequeued.count)) {
        bool foreign = false;
        if (Operation* operation = port_.operations().claim(entry, foreign)) {
            take(operation);
        } else if (foreign) {
            if (port_.isExit(entry)) {
                ++exits;
            } else {
                add(counters_.foreignPackets, 1);
            }
        }
    }
    if (exits > 1) {
        port_.postExits(exits - 1);
    }
    // An exit packet that could not be posted is made good by looking here whenever the wait times out.
    const bool idle = dequeued.count == 0 && departingCount_ == 0;
    return exits > 0 || (idle && port_.exiting()) ? Next::kLeave : Next::kGoOn;
}

void Worker::take(Operation* operation) noexcept {
    Device* device = operation->device.load(std::memory_order_relaxed);
    const Pins pins = operation->pins;
    CompletionRecord& record = records_[recordCount_];
    // Before the listener runs, so that it can start the next operation in the same place.
    record = port_.operations().retire(*operation);
    if (pins.any()) {
        port_.sink().unpin(index_, pins);
    }
    const bool told = device == nullptr || (device->conclude(record) && introduce(*device, record));
    departing_[departingCount_++] = {device, told && record.opcode == Opcode::kChange};
    if (told) {
        ++recordCount_;
    }
}

// A server's connection is a device that nobody keeps open yet. It must not end before the listener has heard of it;
// if it has ended already, with its port, the listener does not.
bool Worker::introduce(const Device& device, const CompletionRecord& record) noexcept {
    if (record.opcode != Opcode::kAccept || record.status != ERROR_SUCCESS || record.key == device.key()) {
        return true;
    }
    Share<Device> connection{record.key};
    if (!connection) {
        return false;
    }
    introduced_[introducedCount_++] = connection.detach();
    return true;
}

void Worker::deliver() noexcept {
    if (recordCount_ > 0) {
        add(counters_.batches, 1);
        add(counters_.completions, recordCount_);
        if (recordCount_ > counters_.largestBatch.load(std::memory_order_relaxed)) {
            counters_.largestBatch.store(recordCount_, std::memory_order_relaxed);
        }
        InlineBudget::ofThisThread().refill(recordCount_, static_cast<std::uint32_t>(records_.size()));
        port_.sink().deliver(index_, std::span{records_}.first(recordCount_));
        recordCount_ = 0;
    }
    for (Device* device : std::span{introduced_}.first(introducedCount_)) {
        Share<Device>::end(device);
    }
    introducedCount_ = 0;
    for (const auto [device, awaitsReturn] : std::span{departing_}.first(departingCount_)) {
        if (awaitsReturn) {
            device->delivered();
        }
        if (device != nullptr) {
            device->countCompleted();
            Share<Device>::end(device);
        } else {
            port_.workDone();
        }
    }
    departingCount_ = 0;
}

}  // namespace iocp4j
