#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <span>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// The kernel's completion port: CreateIoCompletionPort and the calls on its handle.
//
// A port whose handle other code has closed is lost. After the first call that reports this, no call uses the handle,
// because its number may be another object's by then, and the destructor does not close it.
class KernelPort {
public:
    enum class Outcome {
        kPackets,      // at least one packet
        kTimeout,      // no packet before the timeout
        kInterrupted,  // an APC has run in an alertable wait
        kFailed,       // a failure that may be temporary
        kLost,         // the port is lost
    };

    struct Dequeued {
        Outcome outcome;
        std::uint32_t count;  // number of packets; 0 unless the outcome is kPackets
    };

    // One dequeued packet. If `overlapped` is nullptr, the packet was posted; a failure to dequeue is not a Packet.
    struct Packet {
        std::uint64_t key = 0;
        OVERLAPPED* overlapped = nullptr;
        std::uint32_t bytes = 0;
        ErrorCode error = ERROR_SUCCESS;
    };

    // A concurrency of 0 means one running thread per processor.
    static Result<KernelPort> create(std::uint32_t concurrency) noexcept;

    // Binds the handle to the port: its packets have that key. This cannot be undone while the handle is open.
    ErrorCode associate(HANDLE device, std::uint64_t key) const noexcept;

    // Makes the kernel post the job's messages to this port with that key.
    ErrorCode watch(HANDLE job, std::uint64_t key) const noexcept;

    ErrorCode post(std::uint32_t bytes, std::uint64_t key, OVERLAPPED* overlapped) const noexcept;

    // Posts a packet that has only a key, even if the kernel has no memory. Fails while the previous one is queued, and
    // on systems without packet reserves.
    ErrorCode postReserved(std::uint64_t key) const noexcept;

    // Dequeues one packet (GetQueuedCompletionStatus). Milliseconds may be INFINITE.
    Outcome dequeueOne(Packet& packet, DWORD milliseconds) const noexcept;

    // Dequeues all packets that are queued and fit, at least one (GetQueuedCompletionStatusEx).
    Dequeued dequeueMany(std::span<OVERLAPPED_ENTRY> entries, DWORD milliseconds, bool alertable) const noexcept;

    // The error that has reported the loss of the port, or ERROR_SUCCESS.
    ErrorCode lossReason() const noexcept { return lossReason_.load(std::memory_order_acquire); }
    bool isLost() const noexcept { return lossReason() != ERROR_SUCCESS; }

    // The number of queued packets (NtQueryIoCompletion).
    Result<std::uint32_t> queued() const noexcept;

    KernelPort() noexcept = default;
    KernelPort(KernelPort&& other) noexcept { *this = std::move(other); }
    KernelPort& operator=(KernelPort&& other) noexcept;
    ~KernelPort();

private:
    explicit KernelPort(Handle handle) noexcept : handle_(std::move(handle)), reserve_(calls.allocatePacketReserve()) {}

    ErrorCode recordLoss(DWORD error) const noexcept;
    Outcome outcomeOfFailure(DWORD error) const noexcept;

    Handle handle_;
    Handle reserve_;  // nullptr if the system has no packet reserves
    mutable std::atomic<ErrorCode> lossReason_{ERROR_SUCCESS};
};

}  // namespace iocp4j::win32
