#include "engine/port/CompletionPort.h"

#include <algorithm>
#include <cassert>

#include "engine/lifetime/Waiting.h"
#include "win32/HandleTraits.h"
#include "win32/ThreadName.h"

namespace iocp4j {

namespace {

using std::chrono::steady_clock;

// The kind in keys of ports; that of devices is 0: Java finds a device by the lower half of its key.
constexpr std::uint8_t kPortKind = 1;

// Keys of devices begin at 2^32; Operations and Doorbell have others below.
constexpr std::uint64_t kExitKey = 1;
constexpr std::uint64_t kWakeKey = 3;

constexpr std::uint32_t kOnlyGeneration = 1;

constexpr std::size_t kMaxPollers = 1024;

// The smallest number of packets worth asking the kernel for.
constexpr std::uint32_t kLeastShare = 8;

std::int64_t nowMilliseconds() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::uint32_t processors() noexcept { return ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS); }

// How many packets one worker takes at a time: not all of them while others that may run sleep.
std::uint32_t shareOfBatch(const CompletionPort::Settings& settings) noexcept {
    if (settings.polled) {
        return settings.batch;
    }
    const std::uint32_t running = std::min(settings.concurrency, settings.workers);
    return std::min(settings.batch, std::max(settings.batch / running, kLeastShare));
}

}  // namespace

CompletionPort::Settings CompletionPort::Settings::withDefaults() const {
    Settings settings{*this};
    if (settings.concurrency == 0) {
        settings.concurrency = processors();
    }
    if (settings.polled) {
        settings.workers = 0;
    } else if (settings.workers == 0) {
        // So that a worker which blocks in the listener is replaced by one that waits.
        settings.workers = 2 * processors() + 2;
    }
    settings.batch = std::max(settings.batch, 1U);
    settings.operations = std::clamp(settings.operations, 1U, Operations::kMaxCeiling);
    return settings;
}

SlotTable<CompletionPort>& CompletionPort::table() noexcept {
    // Never destroyed: a worker may still be at work while the process exits.
    static auto& ports = *new SlotTable<CompletionPort>{kPortKind};
    return ports;
}

CompletionPort::CompletionPort(const Settings& settings, win32::KernelPort kernel, std::unique_ptr<CompletionSink> sink)
    : settings_(settings.withDefaults()),
      sink_(std::move(sink)),
      kernel_(std::move(kernel)),
      doorbell_(kernel_, timekeeper_),
      operations_(kernel_, settings_.operations, timekeeper_, doorbell_, settings_.quirks.statusMayBeUnwritten),
      notifiers_(Notifiers::of(operations_, settings_.name)),
      timekeeper_(settings_.name + L"-timekeeper", [this] { return keepTime(); }) {
    work_.open(kOnlyGeneration);
    threads_.reserve(settings_.workers);
    const std::uint32_t share = shareOfBatch(settings_);
    for (unsigned i = 0; i < settings_.workers; ++i) {
        drains_.push_back(std::make_unique<Drain>(*this, share));
        workers_.push_back(std::make_unique<Worker>(*this, i, *drains_.back()));
    }
}

CompletionPort::~CompletionPort() {
    // All workers have left run() or are about to return from it. One of them may be running this.
    for (std::thread& thread : threads_) {
        if (thread.get_id() == std::this_thread::get_id()) {
            thread.detach();
        } else {
            thread.join();
        }
    }
}

win32::Result<CompletionPort::Key> CompletionPort::open(const Settings& settings,
                                                        std::unique_ptr<CompletionSink> sink) {
    auto kernel = win32::KernelPort::create(settings.concurrency);
    if (!kernel) {
        return win32::Result<Key>::failure(kernel.error());
    }
    auto* port = new CompletionPort{settings, std::move(*kernel), std::move(sink)};
    if (!table().open(port, port->key_)) {
        delete port;
        return win32::Result<Key>::failure(code(Refusal::kDeviceLimit));
    }
    const Key key = port->key_;
    if (!port->startWorkers()) {
        close(key);
        return win32::Result<Key>::failure(code(Refusal::kOutOfMemory));
    }
    return key;
}

bool CompletionPort::startWorkers() {
    // Keeps the port until we have looked at the outcome, should no worker live.
    const Share<CompletionPort> self{key_};
    workersLeft_.store(settings_.workers);
    for (const auto& worker : workers_) {
        try {
            threads_.emplace_back(
                [name = settings_.name + L"-worker-" + std::to_wstring(threads_.size()), body = worker.get()] {
                    win32::nameThread(name);
                    body->run();
                });
        } catch (const std::exception&) {
            workerStarted(false);
            workerStopped();
        }
    }
    std::unique_lock lock{mutex_};
    startedChanged_.wait(lock, [this] { return workersReady_ + workersFailed_ == settings_.workers; });
    return workersFailed_ == 0;
}

void CompletionPort::workerStarted(bool ready) noexcept {
    {
        const std::lock_guard lock{mutex_};
        ++(ready ? workersReady_ : workersFailed_);
    }
    startedChanged_.notify_all();
}

void CompletionPort::workerStopped() noexcept {
    if (workersLeft_.fetch_sub(1) == 1 && table().close(key_) == Gate::Closing::kEmpty) {
        dispose(this);
    }
}

void CompletionPort::dispose(CompletionPort* port) noexcept {
    const MayNotWait here;
    const Key key = port->key_;
    delete port;
    table().dispose(key);
}

void CompletionPort::close(Key key) {
    if (const Share<CompletionPort> port{key}) {
        port->beginClosing();
    }
}

bool CompletionPort::isOpen(Key key) noexcept {
    const Share<CompletionPort> port{key};
    return port && !port->work_.closed();
}

bool CompletionPort::awaitClosed(Key key, steady_clock::time_point deadline) {
    return table().awaitDisposed(key, deadline);
}

void CompletionPort::beginClosing() {
    std::vector<Device::Key> devices;
    {
        const std::lock_guard lock{mutex_};
        if (closing_) {
            return;
        }
        for (const auto& [device, object] : devices_) {
            devices.push_back(device);
        }
        closing_ = true;
    }
    const bool empty = work_.close(kOnlyGeneration) == Gate::Closing::kEmpty;
    for (const Device::Key device : devices) {
        Device::close(device);
    }
    if (empty) {
        endDrains();
    }
}

void CompletionPort::workDone() noexcept {
    if (work_.leave()) {
        endDrains();
    }
}

void CompletionPort::endDrains() noexcept {
    // Workers may leave, and the port end, as soon as they can see the flag.
    const Share<CompletionPort> self{key_};
    // Before the polls are counted: one that begins later looks at it.
    exiting_.store(true, std::memory_order_seq_cst);
    if (settings_.polled) {
        postExits(polling_.load(std::memory_order_seq_cst));
        (void)table().close(key_);
    } else {
        postExits(settings_.workers);
    }
}

void CompletionPort::postExits(std::uint32_t count) noexcept {
    for (std::uint32_t i = 0; i < count; ++i) {
        if (kernel_.post(0, kExitKey, nullptr) != ERROR_SUCCESS) {
            exitsOwed_ = true;
            doorbell_.ring();
            return;
        }
    }
}

void CompletionPort::reportLoss() noexcept {
    if (!lossReported_.exchange(true)) {
        sink_->portLost(kernel_.lossReason());
    }
}

Timekeeper::Clock::time_point CompletionPort::keepTime() noexcept {
    const auto nextDeadline = operations_.cancelOverdue();
    return std::min(nextDeadline, doorbell_.ringFrom(owedSince()));
}

// Since when a thread is to look at what no packet tells of, or when it is to do so.
Timekeeper::Clock::time_point CompletionPort::owedSince() const noexcept {
    using Time = Timekeeper::Clock::time_point;
    const bool waitForExit = exitsOwed_ && (settings_.polled ? polling_ : workersLeft_) > 0;
    if (waitForExit || wakeOwed_ || operations_.hasStranded()) {
        return Time::min();
    }
    const std::int64_t reminder = remindAt_.load(std::memory_order_relaxed);
    return reminder == kNever ? Time::max() : Time{std::chrono::milliseconds{reminder}};
}

bool CompletionPort::isExit(const OVERLAPPED_ENTRY& entry) const noexcept {
    return entry.lpCompletionKey == kExitKey && entry.lpOverlapped == nullptr && exiting();
}

bool CompletionPort::isWake(const OVERLAPPED_ENTRY& entry) noexcept {
    return entry.lpCompletionKey == kWakeKey && entry.lpOverlapped == nullptr && wakePending_.exchange(false);
}

// A device's packet that is not an operation's completion.
bool CompletionPort::isNotice(const OVERLAPPED_ENTRY& entry) noexcept {
    const Share<Device> device{entry.lpCompletionKey};
    return device && device->onNotification(entry);
}

void CompletionPort::wake() noexcept {
    // One is enough for all requests before a poll has returned.
    if (settings_.polled && !wakePending_.exchange(true) && kernel_.post(0, kWakeKey, nullptr) != ERROR_SUCCESS) {
        wakeOwed_ = true;
        doorbell_.ring();
    }
}

bool CompletionPort::takeOwedWake() noexcept {
    if (!wakeOwed_.load(std::memory_order_relaxed) || !wakeOwed_.exchange(false)) {
        return false;
    }
    wakePending_ = false;
    return true;
}

win32::Result<Drain*> CompletionPort::lendDrain() noexcept {
    using Lent = win32::Result<Drain*>;
    if (!settings_.polled) {
        return Lent::failure(code(Refusal::kHasWorkers));
    }
    const std::lock_guard lock{mutex_};
    if (idleDrains_.empty() && drains_.size() == kMaxPollers) {
        return Lent::failure(code(Refusal::kDeviceLimit));
    }
    try {
        if (idleDrains_.empty()) {
            // Room for its return comes first, so that takeBack() cannot fail.
            idleDrains_.reserve(drains_.size() + 1);
            drains_.push_back(std::make_unique<Drain>(*this, shareOfBatch(settings_)));
            return drains_.back().get();
        }
    } catch (const std::bad_alloc&) {
        return Lent::failure(code(Refusal::kOutOfMemory));
    }
    Drain* drain = idleDrains_.back();
    idleDrains_.pop_back();
    return drain;
}

void CompletionPort::takeBack(Drain& drain) noexcept {
    const std::lock_guard lock{mutex_};
    idleDrains_.push_back(&drain);
}

win32::Result<Device::Key> CompletionPort::add(std::unique_ptr<Device> device) {
    if (!work_.enter(kOnlyGeneration)) {
        return win32::Result<Device::Key>::failure(code(Refusal::kPortClosed));
    }
    if (isLost() || !Device::table().open(device.get(), device->key_)) {
        workDone();
        return win32::Result<Device::Key>::failure(code(isLost() ? Refusal::kPortLost : Refusal::kDeviceLimit));
    }
    Device& added = *device.release();
    const Device::Key key = added.key();
    win32::ErrorCode error = added.handle() != nullptr ? attach(added) : ERROR_SUCCESS;
    if (error == ERROR_SUCCESS) {
        error = list(added);
    }
    if (error != ERROR_SUCCESS) {
        Device::close(key);
        return win32::Result<Device::Key>::failure(error);
    }
    return key;
}

win32::ErrorCode CompletionPort::attach(Device& device) noexcept {
    const Mechanism mechanism = device.mechanism(settings_.mechanism);
    if (mechanism == Mechanism::kCompletionPort) {
        const bool isBound = device.packetKey() != device.key();
        return isBound ? ERROR_SUCCESS : kernel_.associate(device.handle(), device.key());
    }
    // The kernel has had no say yet, and a call that does not return would hold up the others.
    if (const auto error = win32::errorOfAssociating(device.handle()); error != ERROR_SUCCESS) {
        return error;
    }
    try {
        device.notifier_ = notifiers_->make(mechanism, device.handle());
    } catch (const std::exception&) {
        return code(Refusal::kOutOfMemory);
    }
    device.expectSkippedPackets();
    return ERROR_SUCCESS;
}

win32::ErrorCode CompletionPort::list(Device& device) noexcept {
    const std::lock_guard lock{mutex_};
    if (closing_) {
        return code(Refusal::kPortClosed);
    }
    try {
        devices_.emplace(device.key(), &device);
    } catch (const std::bad_alloc&) {
        return code(Refusal::kOutOfMemory);
    }
    return ERROR_SUCCESS;
}

void CompletionPort::unlist(const Device& device) noexcept {
    assert(device.accepted() == device.completed());
    const std::lock_guard lock{mutex_};
    devices_.erase(device.key());
    goneAccepted_ += device.accepted();
    goneCompleted_ += device.completed();
    goneCompletedInline_ += device.completedInline();
    goneBytes_ += device.bytes();
    if (device.accepted() != device.completed()) {
        ++unbalancedDevices_;
    }
}

win32::Result<OperationId> CompletionPort::post(std::uint64_t key, std::uint32_t bytes, std::uint64_t token) noexcept {
    if (!work_.enter(kOnlyGeneration)) {
        return win32::Result<OperationId>::failure(code(Refusal::kPortClosed));
    }
    const auto posted = operations_.post(CompletionRecord{key, token, bytes, 0, Opcode::kPost, DeviceKind::kNone, 0});
    if (!posted) {
        workDone();
    }
    return posted;
}

void CompletionPort::remind(Device::Key device, std::uint32_t milliseconds) noexcept {
    if (isLost()) {
        // It could start nothing.
        return;
    }
    const std::int64_t due = nowMilliseconds() + milliseconds;
    {
        const std::lock_guard lock{mutex_};
        const auto isDevices = [&](const Reminder& reminder) { return reminder.device == device; };
        // A later request does not put off an earlier one.
        if (std::any_of(reminders_.begin(), reminders_.end(), isDevices)) {
            return;
        }
        try {
            reminders_.push_back({device, due});
        } catch (const std::bad_alloc&) {
            // A device must be ready to find nothing to do, so that one reminder too many costs nothing; one too few
            // may. With no memory for sixteen bytes there is nothing better than to hope for the device's next
            // occasion.
            return;
        }
        if (due >= remindAt_.load(std::memory_order_relaxed)) {
            return;
        }
        remindAt_.store(due, std::memory_order_relaxed);
    }
    doorbell_.ring();
}

void CompletionPort::remindDevices() noexcept {
    if (remindAt_.load(std::memory_order_relaxed) == kNever) {
        return;
    }
    // Not those that are due only because it takes time to call others: packets wait meanwhile.
    const std::int64_t now = nowMilliseconds();
    if (remindAt_.load(std::memory_order_relaxed) > now) {
        return;
    }
    while (const Device::Key key = takeReminder(now)) {
        if (const Share<Device> device{key}) {
            device->onReminder();
        }
    }
}

Device::Key CompletionPort::takeReminder(std::int64_t now) noexcept {
    const auto isEarlier = [](const Reminder& one, const Reminder& other) { return one.due < other.due; };
    const std::lock_guard lock{mutex_};
    auto first = std::min_element(reminders_.begin(), reminders_.end(), isEarlier);
    Device::Key device = 0;
    if (first != reminders_.end() && first->due <= now) {
        device = first->device;
        reminders_.erase(first);
        first = std::min_element(reminders_.begin(), reminders_.end(), isEarlier);
    }
    remindAt_.store(first == reminders_.end() ? kNever : first->due, std::memory_order_relaxed);
    return device;
}

PortSnapshot CompletionPort::snapshot() {
    PortSnapshot result;
    result.concurrency = settings_.concurrency;
    result.workers = settings_.workers;
    result.batchCeiling = settings_.batch;
    result.operationCeiling = operations_.ceiling();
    result.operationsInFlight = operations_.inFlight();
    result.mostInFlight = operations_.mostInFlight();
    if (const auto queued = kernel_.queued()) {
        result.queued = *queued;
    }
    const std::uint64_t now = ::GetTickCount64();
    const std::lock_guard lock{mutex_};
    for (const auto& drain : drains_) {
        result.add(*drain, now);
    }
    result.accepted = goneAccepted_;
    result.completed = goneCompleted_;
    result.completedInline = goneCompletedInline_;
    result.bytes = goneBytes_;
    result.unbalancedDevices = unbalancedDevices_;
    // A device is unlisted before it ends.
    result.devices.reserve(devices_.size());
    for (const auto& [key, device] : devices_) {
        // In this order: what is completed was accepted before.
        const std::uint64_t bytes = device->bytes();
        const std::uint64_t completedInline = device->completedInline();
        const std::uint64_t completed = device->completed();
        result.add({key, device->kind(), Device::table().inside(key), Device::table().closed(key), device->accepted(),
                    completed, completedInline, bytes});
    }
    return result;
}

}  // namespace iocp4j
