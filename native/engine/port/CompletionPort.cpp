#include "engine/port/CompletionPort.h"

#include <algorithm>
#include <new>

#include "engine/lifetime/NoWaitScope.h"
#include "win32/HandleTraits.h"
#include "win32/Processors.h"

namespace iocp4j {

namespace {

using std::chrono::steady_clock;

// The kind in keys of ports. Devices have kind 0, because Java finds a device by the lower half of its key.
constexpr std::uint8_t kPortKind = 1;

// The smallest number of packets worth one call to the kernel.
constexpr std::uint32_t kLeastShare = 8;

// The number of workers that the kernel's port should let run at a time.
std::uint32_t mostRunning(const CompletionPort::Settings& settings) noexcept {
    return std::min(settings.concurrency, settings.workers);
}

// The number of packets that one worker takes at a time. It is less than a full batch, so that one worker does not
// empty the queue while others sleep.
std::uint32_t shareOfBatch(const CompletionPort::Settings& settings) noexcept {
    if (settings.polled) {
        return settings.batch;
    }
    return std::min(settings.batch, std::max(settings.batch / mostRunning(settings), kLeastShare));
}

}  // namespace

CompletionPort::Settings CompletionPort::Settings::withDefaults() const {
    Settings settings{*this};
    if (settings.concurrency == 0) {
        settings.concurrency = win32::usableProcessors();
    }
    if (settings.polled) {
        settings.workers = 0;
    } else if (settings.workers == 0) {
        // So that another worker takes over when one blocks in a listener.
        settings.workers = std::min(2 * win32::usableProcessors() + 2, kMaxThreads);
    }
    settings.batch = std::max(settings.batch, 1U);
    settings.operations = std::clamp(settings.operations, 1U, Operations::kMaxCeiling);
    return settings;
}

SlotTable<CompletionPort>& CompletionPort::table() noexcept {
    // Never destroyed, because a worker may still run while the process exits.
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
      drains_(drainPort_, shareOfBatch(settings_)),
      concurrency_(settings_.quirks.concurrencyIgnored ? mostRunning(settings_) : settings_.workers),
      workers_(*this, settings_.name),
      timekeeper_(settings_.name + L"-timekeeper", [this] { return housekeeping_.keepTime(); }) {
    for (unsigned i = 0; i < settings_.workers; ++i) {
        const auto drain = drains_.lend();
        if (!drain) {
            throw std::bad_alloc{};
        }
        workers_.add(std::make_unique<Worker>(i, **drain, *sink_, packets_, concurrency_, housekeeping_));
    }
}

win32::Result<CompletionPort::Key> CompletionPort::open(const Settings& settings,
                                                        std::unique_ptr<CompletionSink> sink) {
    // Otherwise the default is left to Windows, which takes all processors of the system.
    const bool chosen = settings.concurrency != 0 || win32::affinityIsRestricted();
    auto kernel = win32::KernelPort::create(chosen ? settings.withDefaults().concurrency : 0);
    if (!kernel) {
        return win32::Result<Key>::failure(kernel.error());
    }
    auto* port = new CompletionPort{settings, std::move(*kernel), std::move(sink)};
    if (!table().open(port, port->key_)) {
        delete port;
        return win32::Result<Key>::failure(code(EngineError::kDeviceLimit));
    }
    const Key key = port->key_;
    if (!port->startWorkers()) {
        close(key);
        return win32::Result<Key>::failure(code(EngineError::kOutOfMemory));
    }
    return key;
}

bool CompletionPort::startWorkers() {
    // Keeps the port until the result is read, even if all workers have left.
    const Share<CompletionPort> self{key_};
    return workers_.start();
}

void CompletionPort::onLastWorkerLeft() noexcept {
    if (table().close(key_) == Gate::Closing::kEmpty) {
        dispose(this);
    }
}

void CompletionPort::dispose(CompletionPort* port) noexcept {
    const NoWaitScope here;
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
    const auto devices = devices_.close();
    if (!devices) {
        return;
    }
    work_.close();
    for (const Device::Key device : *devices) {
        Device::close(device);
    }
}

void CompletionPort::onWorkDone() noexcept {
    // Keeps the port, because the workers may leave, and the port end, as soon as exiting() is true.
    const Share<CompletionPort> self{key_};
    packets_.endDraining();
    if (settings_.polled) {
        (void)table().close(key_);
    }
}

void CompletionPort::deviceEnded(Device::Key key) noexcept {
    Device::table().end(key);
    sink_->deviceClosed(key);
    Device::table().dispose(key);
    work_.leave();
}

void CompletionPort::wake() noexcept {
    if (settings_.polled) {
        packets_.wake();
    }
}

win32::ErrorCode CompletionPort::errorOfAdding() const noexcept {
    if (work_.closed()) {
        return code(EngineError::kPortClosed);
    }
    return kernel_.isLost() ? code(EngineError::kPortLost) : ERROR_SUCCESS;
}

win32::Result<Device::Key> CompletionPort::add(std::unique_ptr<Device> device) {
    if (!work_.enter()) {
        return win32::Result<Device::Key>::failure(code(EngineError::kPortClosed));
    }
    if (kernel_.isLost() || !Device::table().open(device.get(), device->key_)) {
        work_.leave();
        return win32::Result<Device::Key>::failure(
            code(kernel_.isLost() ? EngineError::kPortLost : EngineError::kDeviceLimit));
    }
    Device& added = *device.release();
    const Device::Key key = added.key();
    win32::ErrorCode error = added.handle() != nullptr ? attach(added) : ERROR_SUCCESS;
    if (error == ERROR_SUCCESS) {
        error = devices_.add(added);
    }
    if (error != ERROR_SUCCESS) {
        Device::close(key);
        return win32::Result<Device::Key>::failure(error);
    }
    return key;
}

win32::ErrorCode CompletionPort::giveHandle(Device& device, win32::Handle handle) noexcept {
    device.handle_ = std::move(handle);
    const win32::ErrorCode error = attach(device);
    if (error == ERROR_SUCCESS) {
        device.hasHandle_.store(true, std::memory_order_release);
    } else {
        device.handle_.reset();
    }
    return error;
}

win32::ErrorCode CompletionPort::attach(Device& device) noexcept {
    const HANDLE handle = device.handle_.get();
    const Mechanism mechanism = device.mechanism(settings_.mechanism);
    if (mechanism == Mechanism::kCompletionPort) {
        const bool isBound = device.packetKey() != device.key();
        return isBound ? ERROR_SUCCESS : kernel_.associate(handle, device.key());
    }
    // Without kernel_.associate() the kernel does not check the handle. A synchronous handle is refused, because its
    // calls would block until the operation is over, and would delay other operations.
    if (const auto error = win32::errorOfAssociating(handle); error != ERROR_SUCCESS) {
        return error;
    }
    try {
        device.notifier_ = notifiers_->make(mechanism, handle);
    } catch (const std::exception&) {
        return code(EngineError::kOutOfMemory);
    }
    device.expectSkippedPackets();
    return ERROR_SUCCESS;
}

win32::Result<OperationId> CompletionPort::post(std::uint64_t key, std::uint32_t bytes, std::uint64_t token) noexcept {
    if (!work_.enter()) {
        return win32::Result<OperationId>::failure(code(EngineError::kPortClosed));
    }
    const auto posted = operations_.post(CompletionRecord{key, token, bytes, 0, Opcode::kPost, DeviceKind::kNone, 0});
    if (!posted) {
        work_.leave();
    }
    return posted;
}

void CompletionPort::remind(Device::Key device, std::uint32_t milliseconds) noexcept {
    // A device on a lost port cannot start an operation.
    if (!kernel_.isLost()) {
        reminders_.add(device, milliseconds);
    }
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
    drains_.addTo(result);
    devices_.addTo(result);
    return result;
}

}  // namespace iocp4j
