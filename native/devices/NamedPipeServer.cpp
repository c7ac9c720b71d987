#include "devices/NamedPipeServer.h"

#include <memory>

#include "engine/CompletionPort.h"

namespace iocp4j {

namespace {

// Whether somebody serves a pipe of that name. CreateNamedPipe refuses a second first instance, too, but only looking
// before tells a taken name from a missing permission in the same way everywhere.
bool isServed(const std::wstring& name) noexcept {
    constexpr DWORD kShortestWait = 1;
    return win32::calls.waitNamedPipe(name.c_str(), kShortestWait) || ::GetLastError() == ERROR_SEM_TIMEOUT;
}

std::uint32_t clientProcessId(HANDLE pipe) noexcept {
    ULONG process = 0;
    return ::GetNamedPipeClientProcessId(pipe, &process) ? process : 0;
}

}  // namespace

// An instance of the pipe: it waits for a client, and then is the connection.
class NamedPipeServer::Instance : public NamedPipe {
public:
    // While it waits it has a share of the server.
    Instance(Share<Device> server, Unarmed unarmed)
        : NamedPipe(server->port(), server->name(), std::move(unarmed.handle), unarmed.packetKey),
          serverKey_(server->key()),
          server_(static_cast<NamedPipeServer*>(server.detach())) {}

    ~Instance() override {
        closingHandle();
        stopWaiting();
    }

    Started connect(Operation& operation) noexcept {
        const Started started =
            start(operation, [&] { return Started::from(win32::calls.connectNamedPipe(handle(), &operation)); });
        // A client was quicker than we. It may even have gone again: what it has written is still there to be read.
        const bool connected = started.status == ERROR_PIPE_CONNECTED || started.status == ERROR_NO_DATA;
        return connected ? Started::over(ERROR_SUCCESS) : started;
    }

    win32::ErrorCode disconnect() noexcept override {
        if (!connected_.load(std::memory_order_acquire)) {
            return code(Refusal::kWrongDevice);
        }
        const win32::ErrorCode error = NamedPipe::disconnect();
        if (error == ERROR_SUCCESS) {
            reusable_.store(true, std::memory_order_relaxed);
        }
        return error;
    }

private:
    bool conclude(CompletionRecord& record) noexcept override {
        if (record.opcode != Opcode::kAccept) {
            return true;
        }
        NamedPipeServer& server = *server_;
        if (record.status == ERROR_SUCCESS) {
            record.detail = clientProcessId(handle());
            connected_.store(true, std::memory_order_release);
            server.backoff_.succeeded();
            server.notWaiting(key());
            server.replenish();
            Share<Device>::end(std::exchange(server_, nullptr));
            return true;
        }
        record.key = server.key();
        record.kind = server.kind();
        // An instance that we close ourselves is nobody's affair.
        bool tell = !table().closed(key());
        if (tell && !win32::isShortage(record.status) && server.backoff_.allowsAtOnce()) {
            // The client may be to blame, which is no reason to keep others waiting.
            // While we still have a handle of the pipe, so that its name stays the server's.
            server.notWaiting(key());
            server.replenish();
            tell = false;
        } else {
            server.port().remind(server.key(), server.backoff_.delay());
        }
        // The share of the server is kept until our handle is closed, so that with the end of the server its name is
        // free.
        Device::close(key());
        return tell;
    }

    void closingHandle() noexcept override {
        if (!std::exchange(counted_, false)) {
            return;
        }
        const win32::Handle mine = server_ != nullptr ? leave(*server_) : leaveServer();
    }

    win32::Handle leaveServer() noexcept {
        const Share<Device> server{serverKey_};
        return server ? leave(static_cast<NamedPipeServer&>(*server)) : win32::Handle{};
    }

    // What is left to be closed. The server learns of that before it happens.
    win32::Handle leave(NamedPipeServer& server) noexcept {
        win32::Handle handle = releaseHandle();
        // What completes inline does so until it is closed, and the next client has not been asked.
        const bool reusable = reusable_.load(std::memory_order_relaxed) && !completesInline();
        if (!reusable || !server.takeBack(handle, packetKey())) {
            server.handleCloses();
        }
        return handle;
    }

    void closed() noexcept override {
        // A connection has gone: its handle waits for another client, or there is room for an instance where their
        // number is limited.
        if (server_ == nullptr) {
            if (const Share<Device> server{serverKey_}) {
                static_cast<NamedPipeServer&>(*server).replenish();
            }
        }
    }

    void stopWaiting() noexcept {
        if (server_ != nullptr) {
            server_->notWaiting(key());
            Share<Device>::end(std::exchange(server_, nullptr));
        }
    }

    const Device::Key serverKey_;
    NamedPipeServer* server_;  // nullptr when it does not wait any more
    bool counted_ = true;      // among the server's handles
    std::atomic<bool> connected_{false};
    std::atomic<bool> reusable_{false};  // disconnected, so that the handle can wait for another client
};

NamedPipeServer::NamedPipeServer(CompletionPort& port, const NamedPipeServerSettings& settings,
                                 win32::SecurityDescriptor security, win32::Handle first)
    : Device(port, settings.name, win32::Handle{}), settings_(settings), security_(std::move(security)), handles_(1) {
    unarmed_.push_back({std::move(first), 0});
}

win32::Result<Device::Key> NamedPipeServer::open(CompletionPort& port, const NamedPipeServerSettings& settings) {
    auto security = win32::SecurityDescriptor::of(settings.sddl);
    if (!security) {
        return win32::Result<Device::Key>::failure(security.error());
    }
    if (isServed(settings.name)) {
        return win32::Result<Device::Key>::failure(ERROR_ACCESS_DENIED);
    }
    auto first = createInstance(settings, *security, true);
    if (!first) {
        return win32::Result<Device::Key>::failure(first.error());
    }
    return port.add(
        std::unique_ptr<Device>{new NamedPipeServer{port, settings, std::move(*security), std::move(*first)}});
}

win32::Result<win32::Handle> NamedPipeServer::createInstance(const NamedPipeServerSettings& settings,
                                                             const win32::SecurityDescriptor& security,
                                                             bool first) noexcept {
    DWORD openMode = static_cast<DWORD>(settings.direction) | FILE_FLAG_OVERLAPPED;
    if (first) {
        openMode |= FILE_FLAG_FIRST_PIPE_INSTANCE;
    }
    DWORD pipeMode = PIPE_WAIT;
    pipeMode |= settings.messages ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;
    pipeMode |= settings.acceptRemote ? PIPE_ACCEPT_REMOTE_CLIENTS : PIPE_REJECT_REMOTE_CLIENTS;
    SECURITY_ATTRIBUTES attributes = security.attributes();
    win32::Handle handle{win32::calls.createNamedPipe(settings.name.c_str(), openMode, pipeMode, settings.maxInstances,
                                                      settings.outBuffer, settings.inBuffer, 0, &attributes)};
    if (!handle) {
        return win32::Result<win32::Handle>::failure(::GetLastError());
    }
    return handle;
}

win32::ErrorCode NamedPipeServer::listen() {
    const win32::ErrorCode error = replenish();
    const std::lock_guard lock{mutex_};
    listening_ = error == ERROR_SUCCESS || !armed_.empty();
    return listening_ ? ERROR_SUCCESS : error;
}

win32::ErrorCode NamedPipeServer::replenish() noexcept {
    // Not for as long as some are missing: an instance that fails at once makes room at once.
    for (std::uint32_t made = 0; made < settings_.listening; ++made) {
        Device::Key instance = 0;
        if (!reserve(instance)) {
            break;
        }
        const win32::ErrorCode error = instance != 0 ? arm(instance) : addInstance();
        if (error != ERROR_SUCCESS) {
            port().remind(key(), backoff_.delay());
            return error;
        }
    }
    return ERROR_SUCCESS;
}

void NamedPipeServer::reminded() noexcept {
    backoff_.waited();
    replenish();
}

// For whoever has reserved the place of a new instance.
win32::ErrorCode NamedPipeServer::addInstance() noexcept {
    auto added = win32::Result<Device::Key>::failure(code(Refusal::kOutOfMemory));
    try {
        added = makeInstance();
    } catch (const std::bad_alloc&) {
    }
    const bool listed = added && enlist(*added);
    {
        const std::lock_guard lock{mutex_};
        --making_;
    }
    if (!added) {
        return added.error();
    }
    if (!listed) {
        Device::close(*added);
        return code(Refusal::kDeviceClosed);
    }
    return arm(*added);
}

win32::Result<Device::Key> NamedPipeServer::makeInstance() {
    auto unarmed = takeHandle();
    Share<Device> self{key()};
    if (!unarmed) {
        return win32::Result<Device::Key>::failure(unarmed.error());
    }
    std::unique_ptr<Instance> instance;
    try {
        if (self) {
            instance = std::make_unique<Instance>(std::move(self), std::move(*unarmed));
        }
    } catch (const std::bad_alloc&) {
        handleCloses();
        throw;
    }
    if (!instance) {
        handleCloses();
        return win32::Result<Device::Key>::failure(code(Refusal::kDeviceClosed));
    }
    return port().add(std::move(instance));
}

win32::ErrorCode NamedPipeServer::arm(Device::Key key) noexcept {
    Share<Device> share{key};
    if (!share) {
        return code(Refusal::kDeviceClosed);
    }
    auto& instance = static_cast<Instance&>(*share);
    const auto accepting =
        port().operations().submit(std::move(share), Opcode::kAccept, settings_.token, Pins{}, Operations::kForEver,
                                   [&](Operation& operation) { return instance.connect(operation); });
    // A client may have got in already, so that an instance is not given up for want of an operation.
    if (!accepting && !layAside(key)) {
        Device::close(key);
    }
    return accepting.error();
}

win32::Result<NamedPipeServer::Unarmed> NamedPipeServer::takeHandle() noexcept {
    bool first = false;
    {
        const std::lock_guard lock{mutex_};
        if (!unarmed_.empty()) {
            Unarmed last = std::move(unarmed_.back());
            unarmed_.pop_back();
            return last;
        }
        // Where no instance is left, somebody else may have taken the name. His pipe is not ours to be an instance of.
        first = handles_ == 0;
        ++handles_;
    }
    auto handle = createInstance(settings_, security_, first);
    if (!handle) {
        handleCloses();
        // With all instances taken it is as the user wants it.
        if (handle.error() != ERROR_PIPE_BUSY) {
            tell(handle.error());
        }
        return win32::Result<Unarmed>::failure(handle.error());
    }
    const std::lock_guard lock{mutex_};
    failing_ = false;
    return Unarmed{std::move(*handle), 0};
}

// The handle of an instance whose client has been disconnected. It stays the caller's where no instance is missing.
bool NamedPipeServer::takeBack(win32::Handle& handle, Device::Key packetKey) noexcept {
    const std::lock_guard lock{mutex_};
    // Those in the making do not count: where instances are few, they may come to nothing because of this one.
    if (closing_ || armed_.size() + unarmed_.size() >= settings_.listening) {
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

// Before it does: for a moment longer than it exists nobody else must get the name as if he were the first.
void NamedPipeServer::handleCloses() noexcept {
    const std::lock_guard lock{mutex_};
    --handles_;
}

// Once for each row of failures, so that a server that can have no more instances is not silent about it.
void NamedPipeServer::tell(win32::ErrorCode failure) noexcept {
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

// True when an instance is missing: an idle one, if there is one, which then counts as armed, or else a new one.
bool NamedPipeServer::reserve(Device::Key& idle) noexcept {
    const std::lock_guard lock{mutex_};
    if (closing_ || armed_.size() + making_ >= settings_.listening) {
        return false;
    }
    if (idle_.empty()) {
        ++making_;
        return true;
    }
    try {
        armed_.insert(idle_.back());
    } catch (const std::bad_alloc&) {
        return false;
    }
    idle = idle_.back();
    idle_.pop_back();
    return true;
}

bool NamedPipeServer::enlist(Device::Key instance) noexcept {
    const std::lock_guard lock{mutex_};
    try {
        return !closing_ && armed_.insert(instance).second;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

bool NamedPipeServer::layAside(Device::Key instance) noexcept {
    const std::lock_guard lock{mutex_};
    if (armed_.erase(instance) == 0) {
        return false;
    }
    try {
        idle_.push_back(instance);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void NamedPipeServer::notWaiting(Device::Key instance) noexcept {
    const std::lock_guard lock{mutex_};
    if (armed_.erase(instance) == 0) {
        std::erase(idle_, instance);
    }
}

void NamedPipeServer::closing() noexcept {
    std::unordered_set<Device::Key> armed;
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
