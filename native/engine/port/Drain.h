#pragma once

#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/operation/CompletionRecord.h"
#include "engine/port/EntryCount.h"
#include "engine/port/StatusCounts.h"
#include "win32/KernelPort.h"

namespace iocp4j {

class CompletionSink;
class Device;
class Operations;
class PortPackets;
class PortWork;
struct Operation;

// The parts of a port that a drain uses.
struct DrainPort {
    const win32::KernelPort& kernel;
    Operations& operations;
    CompletionSink& sink;
    PortPackets& packets;
    PortWork& work;
    const bool roomCostsTime;
    std::atomic<bool> lossReported{false};
};

// How one thread takes completions from a port: it dequeues packets, makes a batch of records from them, and releases
// the devices when the batch has been delivered. Each worker and each poller has one.
class Drain {
public:
    enum class Activity : std::uint8_t {
        kAway,      // not draining the port
        kWaiting,   // waiting for packets
        kRunning,   // in code of the library
        kListener,  // in the listener, which may block
    };

    struct Current {
        Activity activity;
        std::uint64_t milliseconds;  // since this activity began
    };

    // Batches of 1, of 2 and 3, of 4 to 7, and so on, up to 4096.
    static constexpr std::size_t kBatchSizes = 13;

    // Written by the draining thread only, read by any thread. On cache lines of its own.
    struct alignas(64) Counters {
        std::atomic<std::uint64_t> completions{0};
        std::atomic<std::uint64_t> largestBatch{0};
        std::atomic<std::uint64_t> foreignPackets{0};
        std::atomic<std::uint64_t> failedDequeues{0};
        std::atomic<std::uint64_t> activity{0};  // | milliseconds as GetTickCount64 counts them | Activity 2 |
        std::array<std::atomic<std::uint64_t>, kBatchSizes> batches{};
        StatusCounts failures;  // completions delivered to the listener
    };

    // Packets of the port itself, or an APC, that a wait has ended with.
    struct Signals {
        bool exit = false;  // the port has ended
        bool wake = false;
        bool interrupted = false;  // an APC has run in an alertable wait
    };

    Drain(DrainPort& port, std::uint32_t room);

    // The largest number of packets in a batch, unless the room is limited.
    std::uint32_t wholeRoom() const noexcept { return static_cast<std::uint32_t>(entries_.size()); }

    // From now on, a batch has only so much of the room. For the draining thread.
    void limitRoom(std::uint32_t most) noexcept { room_ = std::min(most, wholeRoom()); }

    // From now on, a batch has only that part of the room, but not less than so much. For the draining thread.
    void divideRoom(std::uint32_t by, std::uint32_t least) noexcept { limitRoom(std::max(wholeRoom() / by, least)); }

    // Waits for packets and makes a batch of them, which may be empty. delivered() must follow in any case.
    Signals collect(DWORD milliseconds, bool alertable = false) noexcept;

    // The records for the listener.
    std::span<const CompletionRecord> batch() const noexcept { return std::span{records_}.first(recordCount_); }

    // Call this before the listener.
    void delivering() noexcept;

    // When the listener has returned: the records of the batch, and the operations that it has completed inline.
    std::size_t completions() const noexcept;

    // Call this when the listener has returned, or if the batch is empty.
    void delivered() noexcept;

    void setActivity(Activity activity) noexcept;

    // May be called by any thread.
    Current current() const noexcept;

    // The memory of all batches, each of which lies at its beginning.
    std::span<CompletionRecord> memory() noexcept { return records_; }
    const Counters& counters() const noexcept { return counters_; }

private:
    // An operation that is over but whose share ends only after the listener has returned.
    struct Departing {
        Device* device;       // nullptr for a posted packet
        std::uint32_t bytes;  // transferred
        bool awaitsReturn;    // onDelivered() is called after the listener
    };

    Signals dequeue(DWORD milliseconds, bool alertable) noexcept;
    Signals waitWithoutKernel(DWORD milliseconds) noexcept;
    void addToBatch(Operation* operation) noexcept;
    bool introduce(const Device& device, const CompletionRecord& record) noexcept;

    DrainPort& port_;
    Counters counters_;
    std::vector<OVERLAPPED_ENTRY> entries_;
    std::vector<CompletionRecord> records_;  // for the listener; the current batch lies at the beginning
    std::vector<Departing> departing_;       // operations of the batch
    std::vector<Device*> introduced_;        // new connections that the batch reports
    std::uint32_t room_;                     // for the next batch
    std::uint32_t recordCount_ = 0;
    std::uint32_t departingCount_ = 0;  // at least recordCount_, because onCompleted() may suppress a record
    std::uint32_t introducedCount_ = 0;
    EntryCount entryCount_;
    bool packetsOnly_ = false;  // for the next batch
};

}  // namespace iocp4j
