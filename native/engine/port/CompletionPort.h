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
#include "engine/port/Concurrency.h"
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
// A port ends when it has been closed, its last device and posted packet are gone, and its last worker has left or the
// last poll has returned. Only threads that call awaitClosed() wait for that.
class CompletionPort final : private PortWork::Owner, private WorkerPool::Owner {
public:
    using Key = std::uint64_t;

    struct Settings {
        // CompletionPort.Builder has the same limits.
        static constexpr std::uint32_t kMaxThreads = 1'024;
        static constexpr std::uint32_t kMaxBatch = 4'096;

        std::wstring name = L"iocp4j";  // prefix of the names of the port's threads
        std::uint32_t concurrency = 0;  // running threads; 0 is one per processor that the process may use
        std::uint32_t workers = 0;      // 0 is 2 × these processors + 2
        Mechanism mechanism = Mechanism::kCompletionPort;
        bool polled = false;                // no workers: threads of the program drain the port, each with a Poller
        std::uint32_t batch = 256;          // records per batch at most
        std::uint32_t operations = 65'536;  // in flight at most, up to Operations::kMaxCeiling
        win32::Quirks quirks = win32::quirks();

        // Replaces zeros by the defaults and applies the limits.
        Settings withDefaults() const;
    };

    static SlotTable<CompletionPort>& table() noexcept;

    // Creates the port and starts its workers. May throw std::bad_alloc, or std::system_error if no thread can be
    // started.
    static win32::Result<Key> open(const Settings& settings, std::unique_ptr<CompletionSink> sink);

    // Refuses new devices and packets, and closes all devices. Does not wait for the end of the port.
    static void close(Key key);

    // Returns false if no port has that key or if it is closing.
    static bool isOpen(Key key) noexcept;

    // Waits for the end of a port that is closing. Returns false at the deadline.
    static bool awaitClosed(Key key, std::chrono::steady_clock::time_point deadline);

    CompletionPort(const CompletionPort&) = delete;
    CompletionPort& operator=(const CompletionPort&) = delete;

    Key key() const noexcept { return key_; }

    // The reason why add() refuses every device, or ERROR_SUCCESS.
    win32::ErrorCode errorOfAdding() const noexcept;

    // Registers a device with the port.
    win32::Result<Device::Key> add(std::unique_ptr<Device> device);

    // Gives a registered device its handle, once. The caller has a share of the device. On failure the device has no
    // handle.
    win32::ErrorCode giveHandle(Device& device, win32::Handle handle) noexcept;

    // Posts a packet of the caller.
    win32::Result<OperationId> post(std::uint64_t key, std::uint32_t bytes, std::uint64_t token) noexcept;

    // A thread of the port calls Device::onReminder() after that time. If the device already has a reminder, the
    // earlier request counts.
    void remind(Device::Key device, std::uint32_t milliseconds) noexcept;

    PortSnapshot snapshot();

    // Makes one poll return: a waiting one or the next. Does nothing on a port with workers.
    void wake() noexcept;

    // For devices.
    Operations& operations() noexcept { return operations_; }
    ObjectWaits& objectWaits() noexcept { return notifiers_->objectWaits(); }
    // For operations on handles that are not bound to the port. May throw std::bad_alloc.
    std::unique_ptr<Notifier> eventNotifier() { return notifiers_->make(Mechanism::kEvent, nullptr); }
    bool bindsHandles() const noexcept { return settings_.mechanism == Mechanism::kCompletionPort; }
    const win32::KernelPort& kernel() const noexcept { return kernel_; }
    const win32::Quirks& quirks() const noexcept { return settings_.quirks; }

    // Called when a device is about to end, and when it has ended. The second call may end the port.
    void deviceEnds(const Device& device) noexcept { devices_.remove(device); }
    void deviceEnded(Device::Key key) noexcept;

    // Returns nullptr for a port with workers.
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
    const std::unique_ptr<CompletionSink> sink_;  // destroyed last, because its destructor reports the end of the port
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
    Concurrency concurrency_;
    PollerPort pollerPort_{kernel_, drains_, packets_, housekeeping_, work_};
    WorkerPool workers_;
    Timekeeper timekeeper_;  // destroyed first, because its thread uses the other members
};

}  // namespace iocp4j
