#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/CompletionSink.h"
#include "engine/Gate.h"
#include "engine/Operations.h"
#include "engine/Worker.h"

namespace iocp4j {

// The kernel's port with its workers, its operations and the list of its devices.
//
// A port ends by itself when it has been closed, its last device and posted packet are gone, and its last worker has
// left. Nothing waits for that but those who ask to.
class CompletionPort {
public:
    using Key = std::uint64_t;

    struct Settings {
        std::wstring name = L"iocp4j";      // begins the names of the worker threads
        std::uint32_t concurrency = 0;      // running threads; 0 is one per processor
        std::uint32_t workers = 0;          // 0 is 2 × processors + 2
        std::uint32_t batch = 256;          // records per batch at most
        std::uint32_t operations = 65'536;  // in flight at most, up to Operations::kMaxCeiling

        // The same without zeros, and within the limits.
        Settings withDefaults() const;
    };

    struct Snapshot {
        struct DeviceEntry {
            Device::Key key;
            DeviceKind kind;
            std::uint32_t inFlight;  // whose completions have not been seen
            bool closing;            // which is all that those in flight keep it open for
            std::uint64_t accepted;
            std::uint64_t completed;
        };
        std::uint32_t concurrency;
        std::uint32_t workers;
        std::uint32_t batchCeiling;
        std::uint32_t operationCeiling;
        std::uint32_t operationsInFlight;
        std::uint64_t batches;
        std::uint64_t completions;
        std::uint64_t largestBatch;
        std::uint64_t foreignPackets;
        std::uint64_t accepted;  // operations of all devices, those that have gone included
        std::uint64_t completed;
        std::uint64_t quarantined;        // in flight on devices that are closing
        std::uint64_t unbalancedDevices;  // which ended with accepted != completed: a defect of ours
        std::vector<DeviceEntry> devices;
    };

    static SlotTable<CompletionPort>& table() noexcept;

    // Creates the port and starts its workers. May throw std::bad_alloc, and std::system_error for want of threads.
    static win32::Result<Key> open(const Settings& settings, std::unique_ptr<CompletionSink> sink);

    // Refuses new devices and packets, and closes all devices. The rest happens by itself.
    static void close(Key key);

    // Whether there is a port with that key which is not being closed.
    static bool isOpen(Key key) noexcept;

    // Waits for the end of a port that is being closed; false when the deadline comes first.
    static bool awaitClosed(Key key, std::chrono::steady_clock::time_point deadline);

    CompletionPort(const CompletionPort&) = delete;
    CompletionPort& operator=(const CompletionPort&) = delete;

    Key key() const noexcept { return key_; }

    // Registers a device: its completions arrive here from now on.
    win32::Result<Device::Key> add(std::unique_ptr<Device> device);

    // A packet of the caller's own.
    win32::Result<OperationId> post(std::uint64_t key, std::uint32_t bytes, std::uint64_t token) noexcept;

    // Has Device::reminded() called after a short while, by a worker.
    void remind(Device::Key device) noexcept;

    Snapshot snapshot();

    // For devices and workers.
    Operations& operations() noexcept { return operations_; }
    CompletionSink& sink() noexcept { return *sink_; }
    const win32::KernelPort& kernel() const noexcept { return kernel_; }
    void unlist(const Device& device) noexcept;
    void workDone() noexcept;
    void remindDevices() noexcept;

    // For workers.
    void workerStarted(bool ready) noexcept;
    void workerStopped() noexcept;
    bool isExit(const OVERLAPPED_ENTRY& entry) const noexcept;
    void postExits(std::uint32_t count) const noexcept;
    bool exiting() const noexcept { return exiting_.load(std::memory_order_acquire); }

private:
    friend class Share<CompletionPort>;

    static void dispose(CompletionPort* port) noexcept;

    CompletionPort(const Settings& settings, win32::KernelPort kernel, std::unique_ptr<CompletionSink> sink);
    ~CompletionPort();

    win32::ErrorCode list(Device& device) noexcept;
    bool startWorkers();
    void beginClosing();
    void endWorkers() noexcept;

    const Settings settings_;
    const std::unique_ptr<CompletionSink> sink_;  // ends last: it is what tells that all is gone
    const win32::KernelPort kernel_;
    Operations operations_;
    Key key_ = 0;

    // Who is inside: devices, packets posted and not yet delivered. The last one out ends the workers.
    Gate work_;
    std::atomic<bool> exiting_{false};

    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
    std::atomic<std::uint32_t> workersLeft_{0};

    std::mutex mutex_;  // of everything below
    std::condition_variable startedChanged_;
    std::uint32_t workersReady_ = 0;
    std::uint32_t workersFailed_ = 0;
    bool closing_ = false;
    std::unordered_map<Device::Key, Device*> devices_;
    std::uint64_t goneAccepted_ = 0;  // of devices that have ended
    std::uint64_t goneCompleted_ = 0;
    std::uint64_t unbalancedDevices_ = 0;
    std::vector<Device::Key> reminders_;
    std::atomic<std::int64_t> remindAt_{kNever};  // milliseconds of the steady clock

    static constexpr std::int64_t kNever = INT64_MAX;
};

}  // namespace iocp4j
