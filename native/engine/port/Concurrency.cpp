#include "engine/port/Concurrency.h"

#include <chrono>

namespace iocp4j {

namespace {

// After this time without a wait, a worker counts as blocked. Most listeners take less. The time is short, because
// a listener may wait for another completion of the port, which then needs another worker.
constexpr std::chrono::milliseconds kBlocked{10};

// Many sockets are busy from a batch of kMany on, or from a full one on if there is room for less. They are not from
// kFewTimes batches in a row on that are smaller than kFew: with several workers, one of them may get a small batch at
// any time. With 16 busy connections on a processor, one worker alone is faster.
constexpr std::size_t kMany = 32;
constexpr std::size_t kFew = 8;
constexpr std::uint32_t kFewTimes = 32;

}  // namespace

Concurrency::Member& Concurrency::add(Drain& drain) {
    members_.push_back(std::make_unique<Member>(drain));
    return *members_.back();
}

void Concurrency::begins(Member& member, std::span<const CompletionRecord> batch) noexcept {
    noteSockets(member.drain_.wholeRoom(), batch);
    if (pace_.isSlow()) {
        stepAside(member);
    } else {
        callWatcher();
    }
}

// A batch of many records seldom has several kinds of devices. Therefore the first record decides.
void Concurrency::noteSockets(std::uint32_t room, std::span<const CompletionRecord> batch) noexcept {
    if (batch.empty()) {
        return;
    }
    const std::size_t sockets = batch.front().kind == DeviceKind::kStreamSocket ? batch.size() : 0;
    const bool many = manySockets_.load(std::memory_order_relaxed);
    const bool hasMany = sockets >= kMany || (sockets == room && room >= kLeastRoom);
    // Workers may lose each other's counts, which only lets more of them run for longer.
    const std::uint32_t few = sockets < kFew ? fewInARow_.load(std::memory_order_relaxed) + 1 : 0;
    fewInARow_.store(few, std::memory_order_relaxed);
    if (many ? few >= kFewTimes : hasMany) {
        const std::lock_guard lock{mutex_};
        manySockets_.store(!many, std::memory_order_relaxed);
        changed_.notify_one();
    }
}

void Concurrency::stepAside(Member& member) noexcept {
    const std::lock_guard lock{mutex_};
    if (member.counts_.exchange(false, std::memory_order_relaxed)) {
        --counted_;
        changed_.notify_one();
    }
}

void Concurrency::rest(Member& member) noexcept {
    std::unique_lock lock{mutex_};
    member.drain_.setActivity(Drain::Activity::kWaiting);
    while (counted_ >= most()) {
        if (watching_.load(std::memory_order_relaxed) && !hasWatcher_) {
            hasWatcher_ = true;
            changed_.wait_for(lock, kBlocked);
            hasWatcher_ = false;
            watch();
        } else {
            changed_.wait(lock);
        }
    }
    ++counted_;
    member.counts_.store(true, std::memory_order_relaxed);
    // The next one watches, or runs too if there is room for it.
    changed_.notify_one();
}

void Concurrency::callWatcher() noexcept {
    // Pairs with the exchange in watch(): either this one comes later and finds that no worker watches, or watch() sees
    // that this worker has work.
    if (!watching_.exchange(true, std::memory_order_acq_rel)) {
        // A resting worker has either not looked at the flag yet, or waits already.
        { const std::lock_guard lock{mutex_}; }
        changed_.notify_one();
    }
}

void Concurrency::watch() noexcept {
    watching_.exchange(false, std::memory_order_acq_rel);
    bool busy = false;
    for (const auto& member : members_) {
        if (!member->counts_.load(std::memory_order_relaxed)) {
            continue;
        }
        const Drain::Current current = member->drain_.current();
        if (current.milliseconds < static_cast<std::uint64_t>(kBlocked.count())) {
            busy = true;
        } else if (current.activity != Drain::Activity::kWaiting) {
            member->counts_.store(false, std::memory_order_relaxed);
            --counted_;
        }
    }
    if (busy) {
        watching_.store(true, std::memory_order_relaxed);
    }
}

}  // namespace iocp4j
