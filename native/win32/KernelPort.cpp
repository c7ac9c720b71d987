#include "win32/KernelPort.h"

#include "win32/JobPackets.h"
#include "win32/QueuedPackets.h"

namespace iocp4j::win32 {

KernelPort& KernelPort::operator=(KernelPort&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(reserve_, other.reserve_);
    lossReason_ = other.lossReason_.exchange(lossReason_);
    return *this;
}

KernelPort::~KernelPort() {
    if (isLost()) {
        handle_.abandon();
    }
}

// Records the loss of the port, if that is what the error means. Returns the error.
ErrorCode KernelPort::recordLoss(DWORD error) const noexcept {
    // ERROR_INVALID_HANDLE also means that the number is now another object's.
    if (error == ERROR_INVALID_HANDLE || error == ERROR_ABANDONED_WAIT_0) {
        ErrorCode none = ERROR_SUCCESS;
        lossReason_.compare_exchange_strong(none, error);
    }
    return error;
}

KernelPort::Outcome KernelPort::outcomeOfFailure(DWORD error) const noexcept {
    switch (recordLoss(error)) {
        case WAIT_TIMEOUT:
            return Outcome::kTimeout;
        case WAIT_IO_COMPLETION:
            return Outcome::kInterrupted;
        case ERROR_INVALID_HANDLE:
        case ERROR_ABANDONED_WAIT_0:
            return Outcome::kLost;
        default:
            return Outcome::kFailed;
    }
}

Result<KernelPort> KernelPort::create(std::uint32_t concurrency) noexcept {
    Handle handle{calls.createIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, concurrency)};
    if (!handle) {
        return Result<KernelPort>::failure(::GetLastError());
    }
    return KernelPort{std::move(handle)};
}

ErrorCode KernelPort::associate(HANDLE device, std::uint64_t key) const noexcept {
    if (isLost()) {
        return lossReason();
    }
    return calls.createIoCompletionPort(device, handle_.get(), key, 0) != nullptr ? ERROR_SUCCESS : ::GetLastError();
}

ErrorCode KernelPort::watch(HANDLE job, std::uint64_t key) const noexcept {
    return isLost() ? lossReason() : postJobPackets(job, handle_.get(), key);
}

ErrorCode KernelPort::post(std::uint32_t bytes, std::uint64_t key, OVERLAPPED* overlapped) const noexcept {
    if (isLost()) {
        return lossReason();
    }
    return recordLoss(outcome(calls.postQueuedCompletionStatus(handle_.get(), bytes, key, overlapped)));
}

ErrorCode KernelPort::postReserved(std::uint64_t key) const noexcept {
    if (!reserve_ || isLost()) {
        return isLost() ? lossReason() : ERROR_CALL_NOT_IMPLEMENTED;
    }
    return outcome(calls.postReservedPacket(handle_.get(), reserve_.get(), key));
}

KernelPort::Outcome KernelPort::dequeueOne(Packet& packet, DWORD milliseconds) const noexcept {
    if (isLost()) {
        return Outcome::kLost;
    }
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    const bool succeeded =
        calls.getQueuedCompletionStatus(handle_.get(), &bytes, &key, &overlapped, milliseconds) != FALSE;
    const DWORD error = succeeded ? ERROR_SUCCESS : ::GetLastError();
    if (!succeeded && overlapped == nullptr) {
        return outcomeOfFailure(error);
    }
    packet = Packet{key, overlapped, bytes, error};
    return Outcome::kPackets;
}

KernelPort::Dequeued KernelPort::dequeueMany(std::span<OVERLAPPED_ENTRY> entries, DWORD milliseconds,
                                             bool alertable) const noexcept {
    if (isLost()) {
        return {Outcome::kLost, 0};
    }
    ULONG count = 0;
    if (calls.getQueuedCompletionStatusEx(handle_.get(), entries.data(), static_cast<ULONG>(entries.size()), &count,
                                          milliseconds, alertable ? TRUE : FALSE)) {
        return {Outcome::kPackets, count};
    }
    return {outcomeOfFailure(::GetLastError()), 0};
}

Result<std::uint32_t> KernelPort::queued() const noexcept {
    return isLost() ? Result<std::uint32_t>::failure(lossReason()) : queuedPackets(handle_.get());
}

}  // namespace iocp4j::win32
