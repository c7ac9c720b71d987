#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "engine/operation/CompletionRecord.h"
#include "engine/port/Drain.h"
#include "engine/port/ListenerPace.h"

namespace iocp4j {

// Lets only some of a port's workers wait for packets and run, while the others rest. Windows does this itself, by the
// port's concurrency value. On a system that does not, each packet would wake another worker, and no batch would grow.
//
// A worker whose listener blocks does not count, and a resting one takes its place: at once if the listener has been
// slow, and otherwise after some milliseconds. One of the resting workers watches for that while the port has work. An
// idle port wakes no thread.
//
// While many sockets are busy, all workers wait and run. On such a system another process answers the calls on a
// socket, and several calls at a time cost it less than one after another.
//
// On all systems, a worker with a slow listener takes one packet at a time, and so leaves the others to other workers.
class Concurrency {
    using Clock = std::chrono::steady_clock;

public:
    class Member {
    public:
        explicit Member(Drain& drain) noexcept : drain_(drain) {}

    private:
        friend class Concurrency;

        Drain& drain_;
        std::atomic<bool> counts_{false};  // as one that waits or runs; changed with the mutex
        Clock::time_point began_{};        // its work, for its own thread
    };

    // At most so many workers wait and run at a time, unless many sockets are busy.
    explicit Concurrency(std::uint32_t most) noexcept : most_(most) {}
    Concurrency(const Concurrency&) = delete;
    Concurrency& operator=(const Concurrency&) = delete;

    // Adds a worker, before any of them runs. May throw std::bad_alloc.
    Member& add(Drain& drain);

    // A worker calls this before it waits for packets.
    void awaitTurn(Member& member) noexcept {
        if (!member.counts_.load(std::memory_order_relaxed)) {
            rest(member);
        } else if (counted_.load(std::memory_order_relaxed) > most()) {
            stepAside(member);
            rest(member);
        }
        if (pace_.isSlow()) {
            member.drain_.limitRoom(1);
        } else {
            member.drain_.divideRoom(static_cast<std::uint32_t>(most() / most_), kLeastRoom);
        }
    }

    // A worker calls this when it has stopped waiting.
    void beginsWork(Member& member, std::span<const CompletionRecord> batch) noexcept {
        if (most_ < members_.size()) {
            begins(member, batch);
        }
        if (members_.size() > 1) {
            member.began_ = Clock::now();
        }
    }

    // A worker calls this when the listener has returned.
    void delivered(const Member& member) noexcept {
        if (members_.size() > 1) {
            pace_.delivered(member.drain_.completions(), Clock::now() - member.began_);
        }
    }

    // Gives the worker's place to another one.
    void stepAside(Member& member) noexcept;

private:
    // The room for a batch while all workers run. More than the batches that show that few sockets are busy.
    static constexpr std::uint32_t kLeastRoom = 16;

    std::size_t most() const noexcept { return manySockets_.load(std::memory_order_relaxed) ? members_.size() : most_; }
    void begins(Member& member, std::span<const CompletionRecord> batch) noexcept;
    void noteSockets(std::uint32_t room, std::span<const CompletionRecord> batch) noexcept;
    void rest(Member& member) noexcept;
    void callWatcher() noexcept;
    void watch() noexcept;

    const std::uint32_t most_;
    std::vector<std::unique_ptr<Member>> members_;
    ListenerPace pace_;
    std::atomic<bool> watching_{false};        // whether a resting worker is to watch
    std::atomic<bool> manySockets_{false};     // whether many are busy; changed with the mutex
    std::atomic<std::uint32_t> fewInARow_{0};  // batches with few sockets; may wrap
    std::atomic<std::size_t> counted_{0};      // members that count; changed with the mutex

    std::mutex mutex_;  // guards the rest
    std::condition_variable changed_;
    bool hasWatcher_ = false;
};

}  // namespace iocp4j
