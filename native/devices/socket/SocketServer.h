#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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
    std::uint32_t listening = 4;   // accepts in flight
    std::uint32_t firstBytes = 0;  // data to wait for with each connection
    std::uint64_t token = 0;
};

// Keeps a number of accepts (AcceptEx) in flight on one listening socket. Each accepted connection becomes a device,
// and the listener gets it as the accept.
//
// A failed accept belongs to one client: the next accept starts at once, and nothing is reported. Failures of the
// server itself, and too many failures in a row, reach the listener as an accept of the server.
class SocketServer : public Socket {
public:
    // Binds the address. No client can connect before listen().
    static win32::Result<Device::Key> open(CompletionPort& port, const SocketServerSettings& settings);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kSocketServer,
                                        .ownOperations = true,
                                        .severalOperations = true,
                                        .errorOfStatus = &win32::winsockErrorOfStatus,
                                        .errorOfInline = &errorOfInline};
        return kTraits;
    }

    // Starts to accept. Fails if no accept is in flight.
    win32::ErrorCode listen() noexcept;

private:
    // One accept. Only the thread that arms the slot, and later the thread that completes its accept, uses it.
    struct Slot {
        bool armed = false;              // an accept is in flight or about to start
        win32::Handle socket;            // becomes the connection
        std::unique_ptr<char[]> memory;  // for the first data and both addresses
    };

    SocketServer(CompletionPort& port, const SocketServerSettings& settings, win32::Handle socket);

    bool onCompleted(CompletionRecord& record) noexcept override;
    void onReminder() noexcept override;

    // Arms all idle slots. A reminder tries again what fails.
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode arm(std::uint32_t index) noexcept;
    win32::ErrorCode equip(Slot& slot) const noexcept;
    Started accept(Operation& operation, std::uint32_t index) noexcept;
    win32::ErrorCode addConnection(Slot& slot, CompletionRecord& record) noexcept;
    StreamSocket::Accepted accepted(Slot& slot, std::uint32_t firstLength) const noexcept;
    void notifyFailure(win32::ErrorCode failure) noexcept;
    bool isFirstFailure() noexcept;

    const SocketServerSettings settings_;
    Backoff backoff_;
    std::atomic<bool> listening_{false};  // until then listen() returns the failure

    std::mutex mutex_;  // guards everything below; of slots_ only Slot::armed
    std::vector<Slot> slots_;
    bool failing_ = false;  // the failure was reported, and no accept has succeeded since
};

}  // namespace iocp4j
