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
    std::uint32_t listening = 4;   // accepts kept in flight
    std::uint32_t firstBytes = 0;  // of data to wait for with each connection
    std::uint64_t token = 0;
};

// Keeps a number of accepts (AcceptEx) in flight on one listening socket. A connection becomes a device when it has
// been made, and reaches the listener as the accept.
//
// An accept that fails is one client's affair: another one takes its place at once, and the listener sees nothing. What
// the server itself lacks, and too many failures in a row, reach the listener as an accept of the server's.
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

    // Begins to accept. Fails when not a single accept is in flight.
    win32::ErrorCode listen() noexcept;

private:
    // The place of one accept. The thread that arms it, and later the one that completes its accept, has it alone.
    struct Slot {
        bool armed = false;              // an accept is in flight, or about to be
        win32::Handle socket;            // will be the connection
        std::unique_ptr<char[]> memory;  // for first data, then for both addresses
    };

    SocketServer(CompletionPort& port, const SocketServerSettings& settings, win32::Handle socket);

    bool onCompleted(CompletionRecord& record) noexcept override;
    void onReminder() noexcept override;

    // Arms all slots that are idle. What cannot be done now is tried again after a while.
    win32::ErrorCode replenish() noexcept;
    win32::ErrorCode arm(std::uint32_t index) noexcept;
    win32::ErrorCode equip(Slot& slot) const noexcept;
    Started accept(Operation& operation, std::uint32_t index) noexcept;
    win32::ErrorCode welcome(Slot& slot, CompletionRecord& record) noexcept;
    StreamSocket::Accepted accepted(Slot& slot, std::uint32_t firstLength) const noexcept;
    void notifyFailure(win32::ErrorCode failure) noexcept;
    bool isNews() noexcept;

    const SocketServerSettings settings_;
    Backoff backoff_;
    std::atomic<bool> listening_{false};  // before, listen() returns why nothing can be tried

    std::mutex mutex_;  // of everything below, but of slots only whether they are armed
    std::vector<Slot> slots_;
    bool failing_ = false;  // the listener has had that failure, and nothing has succeeded since
};

}  // namespace iocp4j
