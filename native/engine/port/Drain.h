#pragma once

#include <windows.h>

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

// The parts of a port through which completions pass.
struct DrainPort {
    const win32::KernelPort& kernel;
    Operations& operations;
    CompletionSink& sink;
    PortPackets& packets;
    PortWork& work;
    const bool roomCostsTime;
    std::atomic<bool> lossReported{false};
};

// How one thread takes completions from a port: dequeues packets, makes a batch of records of them, and lets go of
// their devices when the batch has been delivered. A worker has one, and so has a poller.
class Drain {
public:
    enum class Activity : std::uint8_t {
        kAway,      // does not look at the port
        kWaiting,   // for packets
        kRunning,   // in this library
        kListener,  // in the listener, where it may be blocked
    };

    // Batches of 1, of 2 and 3, of 4 to 7, and so on, up to 4096.
    static constexpr std::size_t kBatchSizes = 13;

    // Written by the draining thread only, read by any. Cache lines of its own.
    struct alignas(64) Counters {
        std::atomic<std::uint64_t> completions{0};
        std::atomic<std::uint64_t> largestBatch{0};
        std::atomic<std::uint64_t> foreignPackets{0};
        std::atomic<std::uint64_t> failedDequeues{0};
        std::atomic<std::uint64_t> activity{0};  // | milliseconds as GetTickCount64 counts them | Activity 2 |
        std::array<std::atomic<std::uint64_t>, kBatchSizes> batches{};
        StatusCounts failures;  // of completions that the listener has seen
    };

    // What has come besides completions.
    struct Signals {
        bool exit = false;  // the port has come to its end
        bool wake = false;
        bool interrupted = false;  // an APC has run in an alertable wait
    };

    Drain(DrainPort& port, std::uint32_t room);

    // Waits for packets for so long, and makes the batch of those that have come; it may be empty. delivered() is to
    // follow in any case.
    Signals collect(DWORD milliseconds, bool alertable = false) noexcept;

    // What the listener is to see.
    std::span<const CompletionRecord> batch() const noexcept { return std::span{records_}.first(recordCount_); }

    // The listener is being called.
    void delivering() noexcept;

    // The listener has returned, or there was nothing for it.
    void delivered() noexcept;

    void setActivity(Activity activity) noexcept;

    // Where all batches lie, from its beginning.
    std::span<CompletionRecord> memory() noexcept { return records_; }
    const Counters& counters() const noexcept { return counters_; }

private:
    // Whose operation is over, until the listener has returned.
    struct Departing {
        Device* device;       // nullptr for a posted packet
        std::uint32_t bytes;  // that it has moved
        bool awaitsReturn;    // onDelivered() is called when it has
    };

    Signals dequeue(DWORD milliseconds, bool alertable) noexcept;
    Signals waitWithoutKernel(DWORD milliseconds) noexcept;
    void addToBatch(Operation* operation) noexcept;
    bool introduce(const Device& device, const CompletionRecord& record) noexcept;

    DrainPort& port_;
    Counters counters_;
    std::vector<OVERLAPPED_ENTRY> entries_;
    std::vector<CompletionRecord> records_;  // what the listener is shown; the current batch lies at its beginning
    std::vector<Departing> departing_;       // whose operations these were
    std::vector<Device*> introduced_;        // connections that the batch reports
    std::uint32_t recordCount_ = 0;
    std::uint32_t departingCount_ = 0;  // not less than recordCount_: some completions are the device's own affair
    std::uint32_t introducedCount_ = 0;
    EntryCount entryCount_;
    bool packetsOnly_ = false;  // in the next batch
};

}  // namespace iocp4j
