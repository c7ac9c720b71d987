#include "win32/KernelPort.h"

#include "win32/JobPackets.h"
#include "win32/QueuedPackets.h"

namespace iocp4j::win32 {

namespace {

KernelPort::Outcome whyNoPacket(DWORD error) noexcept {
    switch (error) {
        case WAIT_TIMEOUT:
            return KernelPort::Outcome::kTimeout;
        case WAIT_IO_COMPLETION:
            return KernelPort::Outcome::kInterrupted;
        default:
            return KernelPort::Outcome::kClosed;
    }
}

}  // namespace

Result<KernelPort> KernelPort::create(std::uint32_t concurrency) noexcept {
    Handle handle{calls.createIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, concurrency)};
    if (!handle) {
        return Result<KernelPort>::failure(::GetLastError());
    }
    return KernelPort{std::move(handle)};
}

ErrorCode KernelPort::associate(HANDLE device, std::uint64_t key) const noexcept {
    return calls.createIoCompletionPort(device, handle_.get(), key, 0) != nullptr ? ERROR_SUCCESS : ::GetLastError();
}

ErrorCode KernelPort::watch(HANDLE job, std::uint64_t key) const noexcept {
    return postJobPackets(job, handle_.get(), key);
}

ErrorCode KernelPort::post(std::uint32_t bytes, std::uint64_t key, OVERLAPPED* overlapped) const noexcept {
    return calls.postQueuedCompletionStatus(handle_.get(), bytes, key, overlapped) ? ERROR_SUCCESS : ::GetLastError();
}

ErrorCode KernelPort::postReserved(std::uint64_t key) const noexcept {
    if (!reserve_) {
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
    return outcome(calls.postReservedPacket(handle_.get(), reserve_.get(), key));
}

KernelPort::Outcome KernelPort::dequeueOne(Packet& packet, DWORD milliseconds) const noexcept {
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    const bool succeeded =
        calls.getQueuedCompletionStatus(handle_.get(), &bytes, &key, &overlapped, milliseconds) != FALSE;
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    if (!succeeded && overlapped == nullptr) {
        return whyNoPacket(error);
    }
    packet = Packet{key, overlapped, bytes, error};
    return Outcome::kPackets;
}

KernelPort::Dequeued KernelPort::dequeueMany(std::span<OVERLAPPED_ENTRY> entries, DWORD milliseconds,
                                             bool alertable) const noexcept {
    ULONG count = 0;
    if (calls.getQueuedCompletionStatusEx(handle_.get(), entries.data(), static_cast<ULONG>(entries.size()), &count,
                                          milliseconds, alertable ? TRUE : FALSE)) {
        return {Outcome::kPackets, count};
    }
    return {whyNoPacket(::GetLastError()), 0};
}

Result<std::uint32_t> KernelPort::queued() const noexcept { return queuedPackets(handle_.get()); }

}  // namespace iocp4j::win32
