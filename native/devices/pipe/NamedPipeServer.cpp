#include "devices/pipe/NamedPipeServer.h"

#include <algorithm>
#include <array>
#include <memory>

#include "engine/port/CompletionPort.h"

namespace iocp4j {

namespace {

// A burst takes at most this share of the port's operations, because each waiting instance has an accept in flight, and
// the connections need operations, too.
constexpr std::uint32_t kShareOfOperations = 8;

// After that time with few clients, instances that clients take are not replaced until few are left.
constexpr std::chrono::milliseconds kQuiet{1'000};

}  // namespace

// An instance of the pipe: first it waits for a client, then it is the connection.
class NamedPipeServer::Instance : public NamedPipe {
public:
    // A waiting instance has a share of the server.
    Instance(Share<Device> server, Unarmed unarmed)
        : NamedPipe(server->port(), server->sharedName(), std::move(unarmed.handle), unarmed.packetKey),
          serverKey_(server->key()),
          server_(static_cast<NamedPipeServer*>(server.detach())) {}

    ~Instance() override {
        returnHandle();
        stopWaiting();
    }

    Started connect(Operation& operation) noexcept {
        return start(operation, [&] { return connectInstance(handle(), operation); });
    }

    win32::ErrorCode disconnect() noexcept override {
        if (!connected_.load(std::memory_order_acquire)) {
            return code(EngineError::kWrongDevice);
        }
        const win32::ErrorCode error = NamedPipe::disconnect();
        if (error == ERROR_SUCCESS) {
            reusable_.store(true, std::memory_order_relaxed);
        }
        return error;
    }

private:
    bool onCompleted(CompletionRecord& record) noexcept override {
        if (record.opcode != Opcode::kAccept) {
            return true;
        }
        NamedPipeServer& server = *server_;
        if (record.status == ERROR_SUCCESS) {
            connected_.store(true, std::memory_order_release);
            record.detail = clientProcessId(handle());
            server.backoff_.succeeded();
            server.removeWaiting(key());
            server.growInABurst();
            server.replenish();
            Share<Device>::end(std::exchange(server_, nullptr));
            return true;
        }
        record.key = server.key();
        record.kind = server.kind();
        // An instance that the library closes itself is not reported.
        const bool closing = table().closed(key());
        // A failure that the client may have caused: replace the instance at once, because other clients wait.
        replace_ = !closing && !win32::isShortage(record.status) && server.backoff_.allowsAtOnce();
        // The share of the server stays until the handle is closed, so that the end of the server frees the pipe's
        // name.
        Device::close(key());
        return !closing && !replace_;
    }

    void onEnding() noexcept override {
        returnHandle();
        // The connection's handle waits for another client now, or maxInstances allows another instance.
        if (server_ == nullptr) {
            if (const Share<Device> server{serverKey_}) {
                static_cast<NamedPipeServer&>(*server).replenish();
            }
            return;
        }
        // A failed instance is replaced: at once, or after a reminder if the server may be the cause. Only after
        // removeWaiting(), because an earlier reminder would find no instance missing.
        server_->removeWaiting(key());
        if (replace_) {
            server_->replenish();
        } else {
            server_->port().remind(server_->key(), server_->backoff_.delay());
        }
    }

    void returnHandle() noexcept {
        if (std::exchange(left_, true)) {
            return;
        }
        if (server_ != nullptr) {
            leave(*server_);
        } else if (const Share<Device> server{serverKey_}) {
            leave(static_cast<NamedPipeServer&>(*server));
        }
    }

    void leave(NamedPipeServer& server) noexcept {
        win32::Handle handle = releaseHandle();
        // Inline completion stays enabled until the handle is closed, but the next connection has not enabled it.
        const bool reusable = reusable_.load(std::memory_order_relaxed) && !completesInline();
        if (!reusable || !server.reclaim(handle, packetKey())) {
            handle.reset();
            server.handleClosed();
        }
    }

    void stopWaiting() noexcept {
        if (server_ != nullptr) {
            server_->removeWaiting(key());
            Share<Device>::end(std::exchange(server_, nullptr));
        }
    }

    const Device::Key serverKey_;
    NamedPipeServer* server_;  // nullptr once the instance no longer waits
    bool left_ = false;        // the handle was returned to the server or closed
    bool replace_ = false;     // it has failed, and another instance replaces it when it is closed
    std::atomic<bool> connected_{false};
    std::atomic<bool> reusable_{false};  // disconnected, so that the handle can wait for another client
};

NamedPipeServer::NamedPipeServer(CompletionPort& port, const NamedPipeServerSettings& settings, ServedPipe served)
    : Device(port, settings.name, win32::Handle{}),
      settings_(settings),
      shape_(std::move(served.shape)),
      security_(std::move(served.security)),
      holder_(std::move(served.pipe.holder)),
      burst_(settings.direction == PipeDirection::kOutbound
                 ? 0  // Windows does not report the state of an instance that can only be written to
                 : std::min(settings.burst, port.operations().ceiling() / kShareOfOperations)),
      target_(settings.listening),
      handles_(static_cast<std::uint32_t>(served.pipe.instances.size())) {
    for (win32::Handle& instance : served.pipe.instances) {
        unarmed_.push_back({std::move(instance)});
    }
}

win32::Result<Device::Key> NamedPipeServer::open(CompletionPort& port, const NamedPipeServerSettings& settings) {
    auto served = ServedPipe::create(settings);
    if (!served) {
        return win32::Result<Device::Key>::failure(served.error());
    }
    return port.add(std::unique_ptr<Device>{new NamedPipeServer{port, settings, std::move(*served)}});
}

win32::ErrorCode NamedPipeServer::listen() {
    const win32::ErrorCode error = replenish();
    const std::lock_guard lock{mutex_};
    listening_ = error == ERROR_SUCCESS || !armed_.empty();
    return listening_ ? ERROR_SUCCESS : error;
}

win32::ErrorCode NamedPipeServer::replenish() noexcept {
    // A bounded number of attempts, because an instance that fails at once is missing again at once.
    for (std::uint32_t made = 0; made < std::max(settings_.listening, burst_); ++made) {
        Replacement replacement;
        if (!reserveInstance(replacement)) {
            break;
        }
        const win32::ErrorCode error =
            replacement.idle != 0 ? arm(replacement.idle) : addInstance(std::move(replacement.unarmed));
        if (error != ERROR_SUCCESS) {
            port().remind(key(), backoff_.delay());
            return error;
        }
    }
    return ERROR_SUCCESS;
}

void NamedPipeServer::onReminder() noexcept {
    backoff_.waited();
    shrinkIfQuiet();
    replenish();
}

void NamedPipeServer::growInABurst() noexcept {
    if (burst_ <= settings_.listening) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        ++accepted_;
        if (target_ != settings_.listening) {
            return;
        }
    }
    if (!isBurst()) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        target_ = burst_;
        accepted_ = 0;
        quietFrom_ = Clock::now() + kQuiet;
    }
    while (addUnarmed()) {
    }
    port().remind(key(), static_cast<std::uint32_t>(kQuiet.count()));
}

bool NamedPipeServer::isBurst() noexcept {
    std::array<Device::Key, NamedPipeServerSettings::kListening> waiting{};
    std::size_t count = 0;
    {
        const std::lock_guard lock{mutex_};
        for (const Device::Key instance : armed_) {
            if (count == waiting.size()) {
                return false;
            }
            waiting[count++] = instance;
        }
    }
    const auto free =
        std::count_if(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count), [](Device::Key instance) {
            const Share<Device> share{instance};
            return share && win32::isListening(share->handle());
        });
    return static_cast<std::uint32_t>(free) * 2 <= settings_.listening;
}

// Creates a handle for an instance that is to wait later. Returns false if there are enough.
bool NamedPipeServer::addUnarmed() noexcept {
    {
        const std::lock_guard lock{mutex_};
        const bool limited = settings_.maxInstances != PIPE_UNLIMITED_INSTANCES && handles_ >= settings_.maxInstances;
        if (closing_ || limited || armed_.size() + making_ + unarmed_.size() >= target_) {
            return false;
        }
        ++handles_;
    }
    Unarmed added;
    if (createHandle(added.handle) == ERROR_SUCCESS) {
        try {
            const std::lock_guard lock{mutex_};
            if (!closing_) {
                unarmed_.push_back(std::move(added));
                return true;
            }
        } catch (const std::bad_alloc&) {
        }
    }
    added.handle.reset();
    handleClosed();
    return false;
}

void NamedPipeServer::shrinkIfQuiet() noexcept {
    const std::lock_guard lock{mutex_};
    if (closing_ || target_ == settings_.listening) {
        return;
    }
    const auto now = Clock::now();
    // Clients may already be connected to instances without an accept: those are armed first.
    const bool allArmed = unarmed_.empty() && idle_.empty();
    if (now >= quietFrom_ && accepted_ < settings_.listening && allArmed) {
        target_ = settings_.listening;
        return;
    }
    if (now >= quietFrom_) {
        accepted_ = 0;
        quietFrom_ = now + kQuiet;
    }
    port().remind(key(), static_cast<std::uint32_t>(kQuiet.count()));
}

// The caller has called reserveInstance().
win32::ErrorCode NamedPipeServer::addInstance(Unarmed unarmed) noexcept {
    auto added = win32::Result<Device::Key>::failure(code(EngineError::kOutOfMemory));
    try {
        added = makeInstance(std::move(unarmed));
    } catch (const std::bad_alloc&) {
    }
    const bool listed = enlist(added ? *added : 0);
    if (!added) {
        return added.error();
    }
    if (!listed) {
        Device::close(*added);
        return code(EngineError::kDeviceClosed);
    }
    return arm(*added);
}

win32::Result<Device::Key> NamedPipeServer::makeInstance(Unarmed unarmed) {
    if (!unarmed.handle) {
        const win32::ErrorCode error = createHandle(unarmed.handle);
        if (error != ERROR_SUCCESS) {
            handleClosed();
            notifyFailure(error);
            return win32::Result<Device::Key>::failure(error);
        }
    }
    Share<Device> self{key()};
    std::unique_ptr<Instance> instance;
    try {
        if (self) {
            instance = std::make_unique<Instance>(std::move(self), std::move(unarmed));
        }
    } catch (const std::bad_alloc&) {
        unarmed.handle.reset();
        handleClosed();
        throw;
    }
    if (!instance) {
        unarmed.handle.reset();
        handleClosed();
        return win32::Result<Device::Key>::failure(code(EngineError::kDeviceClosed));
    }
    return port().add(std::move(instance));
}

win32::ErrorCode NamedPipeServer::arm(Device::Key key) noexcept {
    Share<Device> share{key};
    if (!share) {
        return code(EngineError::kDeviceClosed);
    }
    auto& instance = static_cast<Instance&>(*share);
    const auto accepting =
        port().operations().submit(std::move(share), Opcode::kAccept, settings_.token, Pins{}, Operations::kForEver,
                                   [&](Operation& operation) { return instance.connect(operation); });
    // A client may already be connected to the instance. Therefore it is kept when no operation is available.
    if (!accepting && !setIdle(key)) {
        Device::close(key);
    }
    return accepting.error();
}

win32::ErrorCode NamedPipeServer::createHandle(win32::Handle& handle) noexcept {
    SECURITY_ATTRIBUTES attributes = security_.attributes();
    auto created = win32::createInstance(shape_, attributes);
    if (!created) {
        return created.error();
    }
    handle = std::move(*created);
    const std::lock_guard lock{mutex_};
    failing_ = false;
    return ERROR_SUCCESS;
}

// Takes back the handle of an instance whose client was disconnected. Returns false and leaves the handle to the caller
// if no instance is missing.
bool NamedPipeServer::reclaim(win32::Handle& handle, Device::Key packetKey) noexcept {
    const std::lock_guard lock{mutex_};
    if (closing_ || armed_.size() + making_ + unarmed_.size() >= target_) {
        return false;
    }
    try {
        unarmed_.reserve(unarmed_.size() + 1);
    } catch (const std::bad_alloc&) {
        return false;
    }
    unarmed_.push_back({std::move(handle), packetKey});
    return true;
}

// Call this after CloseHandle, so that the count is never less than the number of open handles.
void NamedPipeServer::handleClosed() noexcept {
    const std::lock_guard lock{mutex_};
    --handles_;
}

// Reports a series of failures once, so that the listener learns when no instance can be created.
void NamedPipeServer::notifyFailure(win32::ErrorCode failure) noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (failing_ || !listening_) {
            return;
        }
        failing_ = true;
    }
    Share<Device> self{key()};
    if (self) {
        (void)port().operations().report(std::move(self), Opcode::kAccept, settings_.token, 0, Started::over(failure));
    }
}

// Returns true if an instance is missing and may be created. An idle instance then counts as armed.
bool NamedPipeServer::reserveInstance(Replacement& replacement) noexcept {
    const std::lock_guard lock{mutex_};
    if (closing_ || armed_.size() + making_ >= target_) {
        return false;
    }
    if (!idle_.empty()) {
        try {
            armed_.push_back(idle_.back());
        } catch (const std::bad_alloc&) {
            return false;
        }
        replacement.idle = idle_.back();
        idle_.pop_back();
        return true;
    }
    if (!unarmed_.empty()) {
        replacement.unarmed = std::move(unarmed_.back());
        unarmed_.pop_back();
    } else if (settings_.maxInstances == PIPE_UNLIMITED_INSTANCES || handles_ < settings_.maxInstances) {
        ++handles_;
    } else {
        // maxInstances is reached. The end of a connection calls replenish() again.
        return false;
    }
    ++making_;
    return true;
}

// Ends the reservation of reserveInstance() for that instance, or for none if it is 0. Both counts change under one
// lock, because otherwise a reminder could find the instance counted twice.
bool NamedPipeServer::enlist(Device::Key instance) noexcept {
    const std::lock_guard lock{mutex_};
    --making_;
    try {
        if (instance == 0 || closing_) {
            return false;
        }
        armed_.push_back(instance);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

bool NamedPipeServer::setIdle(Device::Key instance) noexcept {
    const std::lock_guard lock{mutex_};
    if (std::erase(armed_, instance) == 0) {
        return false;
    }
    try {
        idle_.push_back(instance);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void NamedPipeServer::removeWaiting(Device::Key instance) noexcept {
    const std::lock_guard lock{mutex_};
    if (std::erase(armed_, instance) == 0) {
        std::erase(idle_, instance);
    }
}

void NamedPipeServer::onClosing() noexcept {
    std::vector<Device::Key> armed;
    std::vector<Device::Key> idle;
    {
        const std::lock_guard lock{mutex_};
        closing_ = true;
        armed.swap(armed_);
        idle.swap(idle_);
        unarmed_.clear();
    }
    for (const Device::Key instance : armed) {
        Device::close(instance);
    }
    for (const Device::Key instance : idle) {
        Device::close(instance);
    }
}

}  // namespace iocp4j
