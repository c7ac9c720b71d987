#pragma once

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <thread>
#include <vector>

#include "Workload.h"

namespace iocp4j::bench {

// A completion port as a careful C++ program uses it: several threads, many packets per call.
class Port {
public:
    Port();
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    // With `completesInline`, a call that succeeds at once queues no packet.
    void add(HANDLE device, ULONG_PTR key, bool completesInline = false);

    // Posts a packet; with `overlapped`, the completion of that operation.
    void post(ULONG_PTR key, OVERLAPPED* overlapped = nullptr);

    // Calls `handle` with each packet, on `threads` threads including the caller's, until it returns false once.
    template <typename Handler>
    void serve(unsigned threads, Handler handle) {
        const auto loop = [this, threads, &handle] {
            try {
                while (serveOnce(threads, handle)) {
                }
            } catch (const CallFailed& failed) {
                std::fprintf(stderr, "floor: %s\n", failed.what());
                ::ExitProcess(1);
            }
        };
        std::vector<std::jthread> others;
        for (unsigned i = 1; i < threads; ++i) {
            others.emplace_back(loop);
        }
        loop();
    }

private:
    // No packet of a workload has this key.
    static constexpr ULONG_PTR kExit = ~ULONG_PTR{0};

    // Returns false if the thread must end.
    template <typename Handler>
    bool serveOnce(unsigned threads, Handler& handle) {
        thread_local std::vector<OVERLAPPED_ENTRY> entries(slots());
        unsigned exits = 0;
        for (const OVERLAPPED_ENTRY& entry : dequeue(entries)) {
            if (entry.lpCompletionKey == kExit) {
                ++exits;
            } else if (!handle(entry)) {
                postExits(threads);
            }
        }
        if (exits > 1) {
            postExits(exits - 1);
        }
        return exits == 0;
    }

    static std::size_t slots();
    std::span<const OVERLAPPED_ENTRY> dequeue(std::span<OVERLAPPED_ENTRY> entries);
    void postExits(unsigned count);

    HANDLE port_;
};

inline bool hasFailed(const OVERLAPPED_ENTRY& entry) noexcept {
    // The status is an NTSTATUS; those with the highest bit are errors.
    return static_cast<LONG>(entry.lpOverlapped->Internal) < 0;
}

// The bytes transferred; 0 if the operation has failed.
inline DWORD bytesOf(const OVERLAPPED_ENTRY& entry) noexcept {
    return hasFailed(entry) ? 0 : entry.dwNumberOfBytesTransferred;
}

}  // namespace iocp4j::bench
