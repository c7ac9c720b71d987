#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/notify/Notifiers.h"
#include "engine/operation/Doorbell.h"
#include "engine/operation/Operations.h"
#include "engine/operation/Timekeeper.h"
#include "engine/port/CompletionSink.h"
#include "engine/port/DeviceList.h"
#include "engine/port/DrainPool.h"
#include "engine/port/Housekeeping.h"
#include "engine/port/PollerPort.h"
#include "engine/port/PortPackets.h"
#include "engine/port/PortSnapshot.h"
#include "engine/port/PortWork.h"
#include "engine/port/Reminders.h"
#include "engine/port/WorkerPool.h"
#include "win32/Quirks.h"

namespace iocp4j {

// The kernel's port with its workers, its operations and the list of its devices.
//
// A port ends by itself when it has been closed, its last device and posted packet are gone, and its last worker has
// left, or the last poll has returned. Nothing waits for that but those who ask to.
class CompletionPort final : private PortWork::Owner, private WorkerPool::Owner {
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

    PortSnapshot snapshot();

    // Lets one poll return, that waits now or comes next. Does nothing on a port with workers.
    void wake() noexcept;

    // For devices.
    Operations& operations() noexcept { return operations_; }
    ObjectWaits& objectWaits() noexcept { return notifiers_->objectWaits(); }
    const win32::KernelPort& kernel() const noexcept { return kernel_; }
    const win32::Quirks& quirks() const noexcept { return settings_.quirks; }

    // For Device: one is about to end; one has ended. The port may be gone when the second call returns.
    void deviceEnds(const Device& device) noexcept { devices_.remove(device); }
    void deviceEnded(Device::Key key) noexcept;

    // nullptr for a port that has workers.
    PollerPort* forPollers() noexcept { return settings_.polled ? &pollerPort_ : nullptr; }

private:
    friend class Share<CompletionPort>;

    static void dispose(CompletionPort* port) noexcept;

    CompletionPort(const Settings& settings, win32::KernelPort kernel, std::unique_ptr<CompletionSink> sink);
    ~CompletionPort() = default;

    win32::ErrorCode attach(Device& device) noexcept;
    bool startWorkers();
    void beginClosing();
    void onWorkDone() noexcept override;
    void onLastWorkerLeft() noexcept override;

    const Settings settings_;
    const std::unique_ptr<CompletionSink> sink_;  // ends last: it reports that all is gone
    const win32::KernelPort kernel_;
    Doorbell doorbell_;
    Operations operations_;
    const std::unique_ptr<Notifiers> notifiers_;
    Key key_ = 0;
    PortWork work_{*this};
    DeviceList devices_;
    PortPackets packets_{kernel_, doorbell_};
    Reminders reminders_{doorbell_};
    Housekeeping housekeeping_{operations_, packets_, reminders_, doorbell_};
    DrainPort drainPort_{kernel_, operations_, *sink_, packets_, work_, settings_.quirks.roomCostsTime};
    DrainPool drains_;
    PollerPort pollerPort_{kernel_, drains_, packets_, housekeeping_, work_};
    WorkerPool workers_;
    Timekeeper timekeeper_;  // ends first, because it looks at all the rest
};

}  // namespace iocp4j
