#include "devices/pipe/PipeAcceptor.h"

#include <functional>
#include <new>
#include <utility>

#include "devices/AcceptSlots.h"
#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

// In a record without an accept's slot. Slots have the numbers from 1 on.
constexpr std::uint32_t kNoSlot = 0;

// Maps an error of the engine to a Win32 code for the listener.
win32::ErrorCode statusOf(win32::ErrorCode error) noexcept {
    switch (static_cast<EngineError>(error)) {
        case EngineError::kDeviceLimit:
        case EngineError::kOutOfMemory:
            return ERROR_NOT_ENOUGH_MEMORY;
        case EngineError::kPortClosed:
        case EngineError::kPortLost:
            return ERROR_OPERATION_ABORTED;
        default:
            return error;
    }
}

// The connection of an instance. Its end makes room for another instance.
class AcceptedPipe final : public NamedPipe {
public:
    // `packetKey` is 0 for a handle that is not bound to a port yet.
    AcceptedPipe(CompletionPort& port, DeviceName name, win32::Handle instance, Device::Key packetKey,
                 Device::Key server)
        : NamedPipe(port, std::move(name), std::move(instance), packetKey), server_(server) {}
    ~AcceptedPipe() override { closeInstance(); }

private:
    void onEnding() noexcept override { closeInstance(); }

    void closeInstance() noexcept {
        if (win32::Handle instance = releaseHandle()) {
            instance.reset();
            PipeAcceptor::instanceClosed(server_);
        }
    }

    const Device::Key server_;
};

// A connection without a port.
class DetachedPipe final : public Detached {
public:
    DetachedPipe(DeviceName name, win32::Handle instance, Device::Key server) noexcept
        : Detached(std::move(name)), instance_(std::move(instance)), server_(server) {}
    ~DetachedPipe() override {
        if (instance_) {
            instance_.reset();
            PipeAcceptor::instanceClosed(server_);
        }
    }

private:
    win32::Result<Device::Key> toDevice(CompletionPort& port) override {
        return port.add(std::make_unique<AcceptedPipe>(port, sharedName(), std::move(instance_), 0, server_));
    }

    win32::Handle instance_;
    const Device::Key server_;
};

}  // namespace

PipeAcceptor::PipeAcceptor(CompletionPort& port, const NamedPipeServerSettings& settings, ServedPipe served)
    : Device(port, settings.name, win32::Handle{}),
      settings_(settings),
      shape_(std::move(served.shape)),
      security_(std::move(served.security)),
      holder_(std::move(served.pipe.holder)),
      byEvent_(settings.detached || !port.bindsHandles() ? port.eventNotifier() : nullptr),
      spare_(std::move(served.pipe.instances)),
      handles_(static_cast<std::uint32_t>(spare_.size())) {}

win32::Result<Device::Key> PipeAcceptor::open(CompletionPort& port, const NamedPipeServerSettings& settings) {
    auto served = ServedPipe::create(settings);
    if (!served) {
        return win32::Result<Device::Key>::failure(served.error());
    }
    return port.add(std::unique_ptr<Device>{new PipeAcceptor{port, settings, std::move(*served)}});
}

win32::ErrorCode PipeAcceptor::listen() noexcept {
    const win32::ErrorCode error = replenish();
    const std::lock_guard lock{mutex_};
    listening_ = error == ERROR_SUCCESS || own_ > 0;
    return listening_ ? ERROR_SUCCESS : error;
}

Started PipeAcceptor::accept(Operation& operation) noexcept {
    const std::uint32_t number = idleSlot();
    operation.record.detail = number;
    if (number == kNoSlot) {
        return Started::over(ERROR_NOT_ENOUGH_MEMORY);
    }
    if (const win32::ErrorCode error = equip(number); error != ERROR_SUCCESS) {
        return Started::over(error);
    }
    HANDLE instance = nullptr;
    {
        const std::lock_guard lock{mutex_};
        instance = slots_[number - 1].instance.get();
    }
    const auto call = [&] { return connectInstance(instance, operation); };
    return byEvent_ ? byEvent_->start(operation, std::cref(call)) : call();
}

// Returns the number of an armed slot, or kNoSlot if memory is exhausted.
std::uint32_t PipeAcceptor::idleSlot() noexcept {
    const std::lock_guard lock{mutex_};
    const auto index = armIdleSlot(slots_);
    return index ? *index + 1 : kNoSlot;
}

// Gives the slot an instance, which is bound to the port unless an event announces the client.
win32::ErrorCode PipeAcceptor::equip(std::uint32_t number) noexcept {
    auto found = instance();
    if (!found) {
        return found.error();
    }
    const win32::ErrorCode error =
        byEvent_ ? win32::ErrorCode{ERROR_SUCCESS} : port().kernel().associate(found->get(), key());
    const std::lock_guard lock{mutex_};
    if (error != ERROR_SUCCESS) {
        found->reset();
        --handles_;
        return error;
    }
    slots_[number - 1].instance = std::move(*found);
    return ERROR_SUCCESS;
}

win32::Result<win32::Handle> PipeAcceptor::instance() noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (!spare_.empty()) {
            win32::Handle spare = std::move(spare_.back());
            spare_.pop_back();
            return spare;
        }
        if (settings_.maxInstances != PIPE_UNLIMITED_INSTANCES && handles_ >= settings_.maxInstances) {
            return win32::Result<win32::Handle>::failure(ERROR_PIPE_BUSY);
        }
        ++handles_;
    }
    SECURITY_ATTRIBUTES attributes = security_.attributes();
    auto created = win32::createInstance(shape_, attributes);
    if (!created) {
        // Without replenish(), which may be the caller.
        const std::lock_guard lock{mutex_};
        --handles_;
    }
    return created;
}

bool PipeAcceptor::onCompleted(CompletionRecord& record) noexcept {
    if (record.opcode != Opcode::kAccept) {
        return true;
    }
    win32::Handle instance = takeInstance(std::exchange(record.detail, 0));
    // A client may connect until the instance is closed, also after its accept was cancelled or has timed out.
    if (record.status == ERROR_SUCCESS || (!table().closed(key()) && instance && win32::hasClient(instance.get()))) {
        record.status = addConnection(instance, record);
    }
    if (instance) {
        instance.reset();
        instanceClosed(key());
    }
    const bool isConnected = record.status == ERROR_SUCCESS;
    {
        const std::lock_guard lock{mutex_};
        own_ -= onDemand() ? 0U : 1U;
    }
    if (onDemand()) {
        return true;
    }
    if (isConnected) {
        backoff_.succeeded();
    }
    if (table().closed(key())) {
        // An accept that the library has cancelled is not reported.
        return isConnected;
    }
    if (isConnected || (!win32::isShortage(record.status) && backoff_.allowsAtOnce())) {
        (void)replenish();
        return isConnected;
    }
    port().remind(key(), backoff_.delay());
    return backoff_.takeReport();
}

// Frees the slot of an accept that is over. Returns its instance, if it had one.
win32::Handle PipeAcceptor::takeInstance(std::uint32_t number) noexcept {
    if (number == kNoSlot) {
        return win32::Handle{};
    }
    const std::lock_guard lock{mutex_};
    slots_[number - 1].armed = false;
    return std::move(slots_[number - 1].instance);
}

// Takes the instance over and stores the key of the new connection in the record.
win32::ErrorCode PipeAcceptor::addConnection(win32::Handle& instance, CompletionRecord& record) noexcept {
    const std::uint32_t client = clientProcessId(instance.get());
    auto added = win32::Result<std::uint64_t>::failure(ERROR_NOT_ENOUGH_MEMORY);
    try {
        added = add(instance);
    } catch (const std::bad_alloc&) {
    }
    if (!added) {
        return statusOf(added.error());
    }
    record.key = *added;
    record.kind = settings_.detached ? detached(DeviceKind::kPipe) : DeviceKind::kPipe;
    record.detail = client;
    return ERROR_SUCCESS;
}

win32::Result<std::uint64_t> PipeAcceptor::add(win32::Handle& instance) {
    if (settings_.detached) {
        return Detached::add(std::make_unique<DetachedPipe>(sharedName(), std::move(instance), key()));
    }
    const Device::Key bound = byEvent_ ? 0 : key();
    return port().add(std::make_unique<AcceptedPipe>(port(), sharedName(), std::move(instance), bound, key()));
}

bool PipeAcceptor::cancel(Operation* operation) noexcept {
    const std::lock_guard lock{mutex_};
    if (operation != nullptr) {
        const std::uint32_t number = operation->record.detail;
        return number != kNoSlot && number <= slots_.size() &&
               win32::calls.cancelIoEx(slots_[number - 1].instance.get(), operation) != FALSE;
    }
    bool found = false;
    for (const Slot& slot : slots_) {
        found |= slot.instance && win32::calls.cancelIoEx(slot.instance.get(), nullptr) != FALSE;
    }
    return found;
}

void PipeAcceptor::onClosing() noexcept {
    cancel(nullptr);
    const std::lock_guard lock{mutex_};
    handles_ -= static_cast<std::uint32_t>(spare_.size());
    spare_.clear();
}

void PipeAcceptor::instanceClosed(Device::Key server) noexcept {
    const Share<Device> share{server};
    if (!share) {
        return;
    }
    auto& self = static_cast<PipeAcceptor&>(*share);
    {
        const std::lock_guard lock{self.mutex_};
        --self.handles_;
    }
    if (!self.onDemand() && self.listening_) {
        (void)self.replenish();
    }
}

// Starts own accepts until enough are in flight. A reminder tries again what fails; a free instance does, too.
win32::ErrorCode PipeAcceptor::replenish() noexcept {
    for (std::uint32_t started = 0; started < settings_.listening; ++started) {
        {
            const std::lock_guard lock{mutex_};
            const bool full = settings_.maxInstances != PIPE_UNLIMITED_INSTANCES && spare_.empty() &&
                              handles_ >= settings_.maxInstances;
            if (own_ >= settings_.listening || full) {
                return ERROR_SUCCESS;
            }
            ++own_;
        }
        if (const win32::ErrorCode error = startOwn(); error != ERROR_SUCCESS) {
            {
                const std::lock_guard lock{mutex_};
                --own_;
            }
            port().remind(key(), backoff_.delay());
            return error;
        }
    }
    return ERROR_SUCCESS;
}

win32::ErrorCode PipeAcceptor::startOwn() noexcept {
    Share<Device> self{key()};
    if (!self) {
        return code(EngineError::kDeviceClosed);
    }
    return port()
        .operations()
        .submit(std::move(self), Opcode::kAccept, settings_.token, Pins{}, Operations::kForEver,
                [&](Operation& operation) { return accept(operation); })
        .error();
}

void PipeAcceptor::onReminder() noexcept {
    backoff_.waited();
    (void)replenish();
}

}  // namespace iocp4j
