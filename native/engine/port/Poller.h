#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <span>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "engine/operation/CompletionRecord.h"
#include "win32/Result.h"

namespace iocp4j {

class CompletionPort;
class Drain;
struct PollerPort;

// Drains a port without workers on threads of the program. poll() returns a batch, and delivered() releases it. Only
// one thread may use a poller at a time, but each poll may be on another thread.
class Poller {
public:
    using Key = std::uint64_t;

    static SlotTable<Poller>& table() noexcept;

    static win32::Result<Key> open(CompletionPort& port);

    // Ends the poller, after a poll that is in progress.
    static void close(Key key) noexcept;

    struct Polled {
        std::uint32_t count = 0;  // completions in memory(); if not 0, delivered() must follow
        bool interrupted = false;
        bool woken = false;
    };

    // Waits for completions, a wake-up or the end of the port, for that many milliseconds or INFINITE; in an alertable
    // wait also for an APC. If `delivers` is true, the calling thread also runs the listener, and has an InlineBudget
    // until delivered().
    static win32::Result<Polled> poll(Key key, DWORD milliseconds, bool alertable = false,
                                      bool delivers = true) noexcept;
    static void delivered(Key key) noexcept;

    Key key() const noexcept { return key_; }
    std::uint64_t portKey() const noexcept { return portKey_; }

    // The memory of all batches, each of which lies at its beginning. It belongs to the port; the caller must have a
    // share of the port.
    std::span<CompletionRecord> memory() const noexcept;

private:
    friend class Share<Poller>;

    enum class Phase : std::uint8_t {
        kIdle,
        kPolling,
        kDelivering,  // has a share of the port and one of itself
        kFinishing,
        kEnded,
    };

    Poller(CompletionPort& port, Drain& drain) noexcept;

    static void dispose(Poller* poller) noexcept;

    bool advance(Phase from, Phase to) noexcept { return phase_.compare_exchange_strong(from, to); }
    void pause() noexcept;
    Polled wait(PollerPort& port, DWORD milliseconds, bool alertable) noexcept;

    CompletionPort& port_;  // valid while the poller has a share of the port
    const std::uint64_t portKey_;
    Drain& drain_;  // of the port
    Key key_ = 0;
    std::atomic<Phase> phase_{Phase::kIdle};
    std::atomic<bool> closing_{false};
};

}  // namespace iocp4j
