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

// A thread of the caller's that drains a port which has no workers: a poll brings a batch, and delivered() says that
// the caller is through with it. One thread at a time; which one may change from poll to poll.
class Poller {
public:
    using Key = std::uint64_t;

    static SlotTable<Poller>& table() noexcept;

    static win32::Result<Key> open(CompletionPort& port);

    // A poll that is under way finishes; then it ends.
    static void close(Key key) noexcept;

    struct Polled {
        std::uint32_t count = 0;  // of completions in memory(); if there are any, delivered() must follow
        bool interrupted = false;
        bool woken = false;
    };

    // Waits so many milliseconds, or INFINITE, for completions, a wake-up or the end of the port; in an alertable wait
    // also for an APC. `delivers` says whether the calling thread is the one that will look at them: if so, it has an
    // InlineBudget until delivered().
    static win32::Result<Polled> poll(Key key, DWORD milliseconds, bool alertable = false,
                                      bool delivers = true) noexcept;
    static void delivered(Key key) noexcept;

    Key key() const noexcept { return key_; }
    std::uint64_t portKey() const noexcept { return portKey_; }

    // Where the batch of each poll lies, from its beginning. It is the port's, and ends with it: the caller has a
    // share of that.
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

    CompletionPort& port_;  // there as long as it has a share
    const std::uint64_t portKey_;
    Drain& drain_;  // the port's
    Key key_ = 0;
    std::atomic<Phase> phase_{Phase::kIdle};
    std::atomic<bool> closing_{false};
};

}  // namespace iocp4j
