#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "engine/CompletionRecord.h"
#include "engine/EntryCount.h"

namespace iocp4j {

class CompletionPort;
class Device;

// One thread of a port's pool: dequeues packets, turns them into a batch of records, hands it to the sink.
class Worker {
public:
    // Written by the worker only, read by anybody. A cache line of its own.
    struct alignas(64) Counters {
        std::atomic<std::uint64_t> batches{0};
        std::atomic<std::uint64_t> completions{0};
        std::atomic<std::uint64_t> largestBatch{0};
        std::atomic<std::uint64_t> foreignPackets{0};
    };

    Worker(CompletionPort& port, unsigned index, std::uint32_t share);

    // The thread's body, until the exit packet.
    void run() noexcept;

    const Counters& counters() const noexcept { return counters_; }

private:
    enum class Next { kGoOn, kLeave };

    // Whose operation is over, until the listener has returned.
    struct Departing {
        Device* device;     // nullptr for a posted packet
        bool awaitsReturn;  // is to be told when it has
    };

    Next collect() noexcept;
    void take(struct Operation* operation) noexcept;
    bool introduce(const Device& device, const CompletionRecord& record) noexcept;
    void deliver() noexcept;

    CompletionPort& port_;
    const unsigned index_;
    const DWORD patience_;
    Counters counters_;
    std::vector<OVERLAPPED_ENTRY> entries_;
    std::vector<CompletionRecord> records_;  // what the sink has been shown; the current batch lies at its beginning
    std::vector<Departing> departing_;       // whose operations these were
    std::vector<Device*> introduced_;        // connections that the batch tells of for the first time
    std::uint32_t recordCount_ = 0;
    std::uint32_t departingCount_ = 0;  // not less than recordCount_: some completions are the device's own affair
    std::uint32_t introducedCount_ = 0;
    EntryCount entryCount_;
    bool packetsOnly_ = false;  // in the next batch
};

}  // namespace iocp4j
