#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <span>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// The completion port as the kernel knows it: CreateIoCompletionPort and the calls on what it returns.
//
// A port whose handle other code has closed is lost. From the first call that says so on, no call uses the handle,
// which may be another object's by then, and the end of the port does not close it.
class KernelPort {
public:
    enum class Outcome {
        kPackets,      // at least one packet
        kTimeout,      // none came in time
        kInterrupted,  // an APC ran in an alertable wait
        kFailed,       // the kernel cannot just now
        kLost,         // the port is lost
    };

    struct Dequeued {
        Outcome outcome;
        std::uint32_t count;  // of packets; 0 unless the outcome is kPackets
    };

    // A packet that was dequeued by itself. An overlapped of nullptr is a posted one, never a failure to dequeue.
    struct Packet {
        std::uint64_t key = 0;
        OVERLAPPED* overlapped = nullptr;
        std::uint32_t bytes = 0;
        ErrorCode error = ERROR_SUCCESS;
    };

    // A concurrency of 0 is one running thread per processor.
    static Result<KernelPort> create(std::uint32_t concurrency) noexcept;

    // From now on the handle's completions arrive here under that key. It cannot be undone while the handle is open.
    ErrorCode associate(HANDLE device, std::uint64_t key) const noexcept;

    // From now on what happens in the job arrives here under that key.
    ErrorCode watch(HANDLE job, std::uint64_t key) const noexcept;

    ErrorCode post(std::uint32_t bytes, std::uint64_t key, OVERLAPPED* overlapped) const noexcept;

    // A packet with nothing but a key, which is to be had even without memory, but not while the one before is queued.
    // Not on every system.
    ErrorCode postReserved(std::uint64_t key) const noexcept;

    // One packet (GetQueuedCompletionStatus). Milliseconds may be INFINITE.
    Outcome dequeueOne(Packet& packet, DWORD milliseconds) const noexcept;

    // As many packets as are there and fit, at least one (GetQueuedCompletionStatusEx).
    Dequeued dequeueMany(std::span<OVERLAPPED_ENTRY> entries, DWORD milliseconds, bool alertable) const noexcept;

    // The error that said that the port is lost, or ERROR_SUCCESS.
    ErrorCode lossReason() const noexcept { return lossReason_.load(std::memory_order_acquire); }
    bool isLost() const noexcept { return lossReason() != ERROR_SUCCESS; }

    // How many packets wait (NtQueryIoCompletion).
    Result<std::uint32_t> queued() const noexcept;

    KernelPort() noexcept = default;
    KernelPort(KernelPort&& other) noexcept { *this = std::move(other); }
    KernelPort& operator=(KernelPort&& other) noexcept;
    ~KernelPort();

private:
    explicit KernelPort(Handle handle) noexcept : handle_(std::move(handle)), reserve_(calls.allocatePacketReserve()) {}

    ErrorCode noted(DWORD error) const noexcept;
    Outcome whyNoPacket(DWORD error) const noexcept;

    Handle handle_;
    Handle reserve_;  // or nullptr
    mutable std::atomic<ErrorCode> lossReason_{ERROR_SUCCESS};
};

}  // namespace iocp4j::win32
