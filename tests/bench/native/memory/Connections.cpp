#include "Connections.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "CountedHeap.h"
#include "devices/pipe/NamedPipeServer.h"
#include "devices/socket/SocketServer.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j::bench {

namespace {

constexpr std::chrono::seconds kTimeout{30};
constexpr std::chrono::milliseconds kPoll{1};

std::chrono::steady_clock::time_point deadline() { return std::chrono::steady_clock::now() + kTimeout; }

void check(win32::ErrorCode error, const char* what) {
    if (error != ERROR_SUCCESS) {
        throw std::runtime_error(std::string{what} + ": error " + std::to_string(error));
    }
}

template <class T>
T require(win32::Result<T> result, const char* what) {
    check(result.error(), what);
    return std::move(*result);
}

// Collects the connections that a server accepts. Allocates nothing after its construction.
class Accepted {
public:
    explicit Accepted(std::size_t capacity) : keys_(capacity) {}

    // Called by any worker.
    void add(Device::Key key) noexcept {
        keys_[taken_++] = key;
        ++written_;
    }

    void await(std::size_t count) const {
        const auto end = deadline();
        while (written_ < count) {
            if (std::chrono::steady_clock::now() > end) {
                throw std::runtime_error("only " + std::to_string(written_) + " clients have been accepted");
            }
            std::this_thread::sleep_for(kPoll);
        }
    }

    const std::vector<Device::Key>& keys() const noexcept { return keys_; }

private:
    std::vector<Device::Key> keys_;
    std::atomic<std::size_t> taken_{0};
    std::atomic<std::size_t> written_{0};
};

class Sink final : public CompletionSink {
public:
    explicit Sink(Accepted& accepted) noexcept : accepted_(accepted) {}

    bool workerStarted(unsigned, std::span<CompletionRecord>) noexcept override { return true; }
    void deliver(unsigned, std::span<const CompletionRecord> records) noexcept override {
        for (const CompletionRecord& record : records) {
            if (record.opcode == Opcode::kAccept && record.status == ERROR_SUCCESS) {
                accepted_.add(record.key);
            }
        }
    }
    void workerStopped(unsigned) noexcept override {}
    void unpin(Pins) noexcept override {}
    void portLost(std::uint32_t) noexcept override {}
    void deviceClosed(std::uint64_t) noexcept override {}

private:
    Accepted& accepted_;
};

// A port that is closed at the end of the scope.
class Port {
public:
    Port(const CompletionPort::Settings& settings, Accepted& accepted)
        : key_(require(CompletionPort::open(settings, std::make_unique<Sink>(accepted)), "CompletionPort::open")) {}
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    ~Port() {
        CompletionPort::close(key_);
        // The sink uses memory of the scope.
        CompletionPort::awaitClosed(key_, deadline());
    }

    // No other code closes the port; therefore no share is needed.
    CompletionPort& operator*() const noexcept { return *Share<CompletionPort>{key_}; }

private:
    const CompletionPort::Key key_;
};

void read(Device::Key key, std::span<char> buffer) {
    Share<Device> share{key};
    if (!share) {
        throw std::runtime_error("a connection has gone");
    }
    Device& device = *share;
    (void)require(device.port().operations().submit(std::move(share), Opcode::kRead, 0, Pins{}, Operations::kForEver,
                                                    [&](Operation& operation) {
                                                        return device.read(operation, buffer.data(),
                                                                           static_cast<std::uint32_t>(buffer.size()));
                                                    }),
                  "read");
}

// Measures the server's side. `connect` creates a client without iocp4j.
template <class Connect>
ConnectionCost costOf(std::size_t count, const Accepted& accepted, Connect&& connect) {
    std::vector<win32::Handle> clients;
    clients.reserve(count + 1);
    std::vector<char> buffers(count);
    // One by one, so that an instance always waits for the next client.
    const auto add = [&] {
        clients.push_back(connect());
        accepted.await(clients.size());
    };
    // The first connection also allocates what all connections share.
    add();
    const HeapUse before = HeapUse::now();
    while (clients.size() <= count) {
        add();
    }
    const HeapUse idle = HeapUse::now();
    for (std::size_t i = 0; i < count; ++i) {
        read(accepted.keys()[i], {&buffers[i], 1});
    }
    const HeapUse reading = HeapUse::now();
    for (std::size_t i = 0; i < count; ++i) {
        Device::close(accepted.keys()[i]);
        // The kernel uses the buffer until then.
        Device::awaitClosed(accepted.keys()[i], deadline());
    }
    const auto each = [count](std::int64_t all) { return static_cast<double>(all) / static_cast<double>(count); };
    return {each((idle - before).bytes), each((idle - before).blocks), each((reading - idle).bytes)};
}

win32::Handle connectPipe(const std::wstring& path) {
    win32::Handle client{
        ::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
    check(client ? ERROR_SUCCESS : ::GetLastError(), "CreateFile");
    return client;
}

win32::Handle connectSocket(const win32::SocketAddress& server) {
    win32::Handle client = require(win32::createSocket(server.family(), SOCK_STREAM), "WSASocket");
    check(win32::winsockResult(::connect(win32::socketOf(client.get()), server.raw(), server.length())), "connect");
    return client;
}

win32::SocketAddress loopback() {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    return win32::SocketAddress::copyOf(reinterpret_cast<const sockaddr*>(&any), sizeof(any));
}

std::atomic<std::int64_t> reserved{0};

LPVOID WINAPI countReserved(LPVOID address, SIZE_T size, DWORD type, DWORD protection) {
    reserved += type == MEM_RESERVE ? static_cast<std::int64_t>(size) : 0;
    return ::VirtualAlloc(address, size, type, protection);
}

// The bytes of address space that a port reserves for that many operations. It commits memory when it needs it.
std::int64_t reservedFor(std::uint32_t operations) {
    Accepted none{0};
    CompletionPort::Settings settings;
    settings.operations = operations;
    reserved = 0;
    win32::calls.virtualAlloc = &countReserved;
    const Port port{settings, none};
    return reserved;
}

}  // namespace

ConnectionCost pipeConnections(std::size_t count) {
    Accepted accepted{count + 1};
    const Port port{{}, accepted};
    NamedPipeServerSettings settings;
    // The length of the name counts; therefore it is always the same.
    settings.name = LR"(\\.\pipe\iocp4j-bench-memory)";
    const Share<Device> server{require(NamedPipeServer::open(*port, settings), "NamedPipeServer::open")};
    check(static_cast<NamedPipeServer&>(*server).listen(), "listen");
    return costOf(count, accepted, [&] { return connectPipe(settings.name); });
}

ConnectionCost socketConnections(std::size_t count) {
    Accepted accepted{count + 1};
    const Port port{{}, accepted};
    SocketServerSettings settings;
    settings.name = L"127.0.0.1:0";
    settings.address = loopback();
    const Share<Device> share{require(SocketServer::open(*port, settings), "SocketServer::open")};
    auto& server = static_cast<SocketServer&>(*share);
    check(server.listen(), "listen");
    const win32::SocketAddress address = require(server.localAddress(), "getsockname");
    return costOf(count, accepted, [&] { return connectSocket(address); });
}

double operationPlace() {
    constexpr std::uint32_t kPlaces = 1024;
    return static_cast<double>(reservedFor(2 * kPlaces) - reservedFor(kPlaces)) / kPlaces;
}

}  // namespace iocp4j::bench
