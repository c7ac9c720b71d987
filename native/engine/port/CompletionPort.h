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

#include "engine/lifetime/Gate.h"
#include "engine/notify/Notifiers.h"
#include "engine/operation/Operations.h"
#include "engine/port/CompletionSink.h"
#include "engine/port/PortSnapshot.h"
#include "engine/port/Worker.h"
#include "win32/Quirks.h"

namespace iocp4j {

// The kernel's port with its workers, its operations and the list of its devices.
//
// A port ends by itself when it has been closed, its last device and posted packet are gone, and its last worker has
// left, or the last poll has returned. Nothing waits for that but those who ask to.
class CompletionPort {
public:
    using Key = std::uint64_t;

    struct Settings {
        // The limits of CompletionPort.Builder, too.
        static constexpr std::uint32_t kMaxThreads = 1'024;
        static constexpr std::uint32_t kMaxBatch = 4'096;

        std::wstring name = L"iocp4j";  // begins the names of the worker threads
        std::uint32_t concurrency = 0;  // running threads; 0 is one per processor
        std::uint32_t workers = 0;      // 0 is 2 × processors + 2
        Mechanism mechanism = Mechanism::kCompletionPort;
        bool polled = false;                // no workers: callers' threads drain it, each with a Poller
        std::uint32_t batch = 256;          // records per batch at most
        std::uint32_t operations = 65'536;  // in flight at most, up to Operations::kMaxCeiling
        win32::Quirks quirks = win32::quirks();

        // The same without zeros, and within the limits.
        Settings withDefaults() const;
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

    // Has Device::onReminder() called by a worker after that time. A device that waits already is called when it was to
    // be.
    void remind(Device::Key device, std::uint32_t milliseconds) noexcept;

    // How long a thread that drains the port may wait for packets: without a limit, as a rule.
    DWORD longestWait() noexcept { return doorbell_.longestWait(owedSince()); }

    PortSnapshot snapshot();

    // Lets one poll return, that waits now or comes next. Does nothing on a port with workers.
    void wake() noexcept;

    // For devices and workers.
    Operations& operations() noexcept { return operations_; }
    CompletionSink& sink() noexcept { return *sink_; }
    ObjectWaits& objectWaits() noexcept { return notifiers_->objectWaits(); }
    const win32::KernelPort& kernel() const noexcept { return kernel_; }
    const win32::Quirks& quirks() const noexcept { return settings_.quirks; }
    void unlist(const Device& device) noexcept;
    void workDone() noexcept;
    void remindDevices() noexcept;

    // For drains.
    bool isExit(const OVERLAPPED_ENTRY& entry) const noexcept;
    bool isWake(const OVERLAPPED_ENTRY& entry) noexcept;
    bool isRing(const OVERLAPPED_ENTRY& entry) noexcept { return doorbell_.isRing(entry); }
    static bool isNotice(const OVERLAPPED_ENTRY& entry) noexcept;
    void awaitRing(DWORD milliseconds) noexcept { doorbell_.await(milliseconds); }
    void postExits(std::uint32_t count) noexcept;
    bool isLost() const noexcept { return kernel_.isLost(); }
    void reportLoss() noexcept;
    bool exiting() const noexcept { return exiting_.load(std::memory_order_seq_cst); }

    // For workers.
    void workerStarted(bool ready) noexcept;
    void workerStopped() noexcept;

    // For pollers. A drain that is lent stays the port's.
    win32::Result<Drain*> lendDrain() noexcept;
    void takeBack(Drain& drain) noexcept;
    bool takeOwedWake() noexcept;
    bool isClosing() const noexcept { return work_.closed(); }

    // A thread that waits in a poll has one, so that the end of the port wakes it.
    class Polling {
    public:
        explicit Polling(CompletionPort& port) noexcept : port_(port) { ++port_.polling_; }
        Polling(const Polling&) = delete;
        Polling& operator=(const Polling&) = delete;
        ~Polling() { --port_.polling_; }

    private:
        CompletionPort& port_;
    };

private:
    friend class Share<CompletionPort>;

    static void dispose(CompletionPort* port) noexcept;

    CompletionPort(const Settings& settings, win32::KernelPort kernel, std::unique_ptr<CompletionSink> sink);
    ~CompletionPort();

    win32::ErrorCode attach(Device& device) noexcept;
    win32::ErrorCode list(Device& device) noexcept;
    bool startWorkers();
    void beginClosing();
    void endDrains() noexcept;
    Timekeeper::Clock::time_point keepTime() noexcept;
    Timekeeper::Clock::time_point owedSince() const noexcept;
    Device::Key takeReminder(std::int64_t now) noexcept;  // of a device whose reminder is due by then; 0 for none

    const Settings settings_;
    const std::unique_ptr<CompletionSink> sink_;  // ends last: it is what tells that all is gone
    const win32::KernelPort kernel_;
    Doorbell doorbell_;
    Operations operations_;
    const std::unique_ptr<Notifiers> notifiers_;
    Key key_ = 0;

    // Who is inside: devices, packets posted and not yet delivered. The last one out ends the workers and polls.
    Gate work_;
    std::atomic<bool> exiting_{false};

    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
    std::atomic<std::uint32_t> workersLeft_{0};
    std::atomic<std::uint32_t> polling_{0};
    std::atomic<bool> wakePending_{false};  // its packet is in the queue, or owed
    std::atomic<bool> wakeOwed_{false};     // it could not be posted
    std::atomic<bool> exitsOwed_{false};    // some exit packet could not be posted
    std::atomic<bool> lossReported_{false};

    std::mutex mutex_;                            // of everything below
    std::vector<std::unique_ptr<Drain>> drains_;  // of each worker by index; or of those who poll, made when needed
    std::vector<Drain*> idleDrains_;              // not lent
    std::condition_variable startedChanged_;
    std::uint32_t workersReady_ = 0;
    std::uint32_t workersFailed_ = 0;
    bool closing_ = false;
    std::unordered_map<Device::Key, Device*> devices_;
    std::uint64_t goneAccepted_ = 0;  // of devices that have ended
    std::uint64_t goneCompleted_ = 0;
    std::uint64_t goneCompletedInline_ = 0;
    std::uint64_t goneBytes_ = 0;
    std::uint64_t unbalancedDevices_ = 0;
    struct Reminder {
        Device::Key device;
        std::int64_t due;  // milliseconds of the steady clock
    };
    std::vector<Reminder> reminders_;
    std::atomic<std::int64_t> remindAt_{kNever};  // when the first of them is due

    static constexpr std::int64_t kNever = INT64_MAX;

    Timekeeper timekeeper_;  // ends first, because it looks at all the rest
};

}  // namespace iocp4j
