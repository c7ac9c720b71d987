#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "devices/socket/Socket.h"
#include "devices/socket/StreamSocket.h"
#include "engine/port/Backoff.h"

namespace iocp4j {

class CompletionPort;

struct SocketServerSettings {
    std::wstring name;
    win32::SocketAddress address;
    SocketSettings settings;
    int backlog = SOMAXCONN;
    std::uint32_t listening = 4;   // accepts in flight; 0 for those that accept() starts, and no others
    std::uint32_t firstBytes = 0;  // data to wait for with each connection
    std::uint64_t token = 0;       // of the accepts that the server starts itself
    bool detached = false;         // connections belong to no port: see Detached
};

// Keeps a number of accepts (AcceptEx) in flight on one listening socket, or starts those that the program asks for.
// Each accepted connection becomes a device, or a DetachedSocket; the listener gets it as the accept.
//
// An accept that the program has started completes once, whatever its outcome. Of the others, a failed accept belongs
// to one client: the next accept starts at once, and nothing is reported. Failures of the server itself, and too many
// failures in a row, reach the listener as an accept of the server.
class SocketServer : public Socket {
public:
    // Binds the address. No client can connect before listen().
    static win32::Result<Device::Key> open(CompletionPort& port, const SocketServerSettings& settings);

    // The same for a socket of that family which is bound already; the address in the settings is ignored.
    static win32::Result<Device::Key> open(CompletionPort& port, const SocketServerSettings& settings, int family,
                                           win32::Handle socket);

    const Traits& traits() const noexcept override { return onDemand() ? kTraitsOnDemand : kTraits; }

    bool onDemand() const noexcept { return settings_.listening == 0; }

    // Starts to accept. Fails if no accept is in flight.
    win32::ErrorCode listen() noexcept;

    // Starts one accept, on a server that accepts on demand.
    Started accept(Operation& operation) noexcept;

private:
    static constexpr Traits kTraits{.kind = DeviceKind::kSocketServer,
                                    .ownOperations = true,
                                    .severalOperations = true,
                                    .errorOfStatus = &win32::winsockErrorOfStatus,
                                    .errorOfInline = &errorOfInline};
    static constexpr Traits kTraitsOnDemand{.kind = DeviceKind::kSocketServer,
                                            .severalOperations = true,
                                            .errorOfStatus = &win32::winsockErrorOfStatus,
                                            .errorOfInline = &errorOfInline};

    // One accept. Only the thread that arms the slot, and later the thread that completes its accept, uses it.
    struct Slot {
        bool armed = false;              // an accept is in flight or about to start
        win32::Handle socket;            // becomes the connection
        std::unique_ptr<char[]> memory;  // for the first data and both addresses
    };

    SocketServer(CompletionPort& port, const SocketServerSettings& settings, int family, win32::Handle socket);

    bool onCompleted(CompletionRecord& record) noexcept override;
    void onReminder() noexcept override;

    // Arms all idle slots. A reminder tries again what fails.
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode arm(std::uint32_t index) noexcept;
    win32::ErrorCode equip(Slot& slot) const noexcept;
    Started accept(Operation& operation, std::uint32_t index) noexcept;
    std::uint32_t idleSlot() noexcept;
    Slot& slotAt(std::uint32_t index) noexcept;
    win32::ErrorCode addConnection(Slot& slot, CompletionRecord& record) noexcept;
    win32::Result<std::uint64_t> add(Slot& slot, StreamSocket::Accepted accepted);
    StreamSocket::Accepted accepted(Slot& slot, std::uint32_t firstLength) const noexcept;
    void notifyFailure(win32::ErrorCode failure) noexcept;

    const SocketServerSettings settings_;
    const int family_;
    Backoff backoff_;
    std::atomic<bool> listening_{false};  // until then listen() returns the failure

    std::mutex mutex_;        // guards everything below; of slots_ only Slot::armed
    std::deque<Slot> slots_;  // on demand, it grows to the greatest number of accepts that were in flight
};

}  // namespace iocp4j
