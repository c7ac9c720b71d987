#pragma once

#include <windows.h>

#include <cstdint>
#include <span>
#include <vector>

namespace iocp4j::bench {

// A completion port as a careful C++ program would use it: many packets at a time.
class Port {
public:
    Port();
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    // With `completesInline`, a call that succeeds at once queues no packet.
    void add(HANDLE device, ULONG_PTR key, bool completesInline = false);

    // A packet of our own; with `overlapped`, one as if that operation had come to its end.
    void post(ULONG_PTR key, OVERLAPPED* overlapped = nullptr);

    // Waits for at least one packet. The span is valid until the next call.
    std::span<const OVERLAPPED_ENTRY> dequeue();

private:
    HANDLE port_;
    std::vector<OVERLAPPED_ENTRY> entries_;
};

// How much a packet says has been moved. 0 when the operation has failed.
inline DWORD bytesOf(const OVERLAPPED_ENTRY& entry) noexcept {
    // The status is an NTSTATUS; those with the highest bit are errors.
    return static_cast<LONG>(entry.lpOverlapped->Internal) < 0 ? 0 : entry.dwNumberOfBytesTransferred;
}

inline bool hasFailed(const OVERLAPPED_ENTRY& entry) noexcept {
    return static_cast<LONG>(entry.lpOverlapped->Internal) < 0;
}

}  // namespace iocp4j::bench
