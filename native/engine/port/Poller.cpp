#include "engine/port/Poller.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/operation/InlineBudget.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Distinct from the kinds in keys of devices, ports and registered buffers.
constexpr std::uint8_t kPollerKind = 3;

// The rest of a call's timeout. If the timeout is 0 or INFINITE, no deadline is needed.
class TimeLeft {
public:
    explicit TimeLeft(DWORD allowed) noexcept
        : allowed_(allowed),
          deadline_(allowed == 0 || allowed == INFINITE ? steady_clock::time_point::max()
                                                        : steady_clock::now() + milliseconds{allowed}) {}

    DWORD inMilliseconds() const noexcept {
        if (deadline_ == steady_clock::time_point::max()) {
            return allowed_;
        }
        const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
        return static_cast<DWORD>(std::max(left, milliseconds::zero()).count());
    }

private:
    const DWORD allowed_;
    const steady_clock::time_point deadline_;
};

}  // namespace

SlotTable<Poller>& Poller::table() noexcept {
    // Never destroyed: a thread may still be polling while the process exits.
    static auto& pollers = *new SlotTable<Poller>{kPollerKind};
    return pollers;
}

Poller::Poller(CompletionPort& port, Drain& drain) noexcept : port_(port), portKey_(port.key()), drain_(drain) {}

win32::Result<Poller::Key> Poller::open(CompletionPort& port) {
    PollerPort* parts = port.forPollers();
    if (parts == nullptr) {
        return win32::Result<Key>::failure(code(EngineError::kHasWorkers));
    }
    const auto drain = parts->drains.lend();
    if (!drain) {
        return win32::Result<Key>::failure(drain.error());
    }
    auto* poller = new (std::nothrow) Poller{port, **drain};
    if (poller == nullptr || !table().open(poller, poller->key_)) {
        parts->drains.giveBack(**drain);
        const EngineError refusal = poller == nullptr ? EngineError::kOutOfMemory : EngineError::kDeviceLimit;
        delete poller;
        return win32::Result<Key>::failure(code(refusal));
    }
    return poller->key_;
}

void Poller::close(Key key) noexcept {
    if (const Share<Poller> poller{key}) {
        poller->closing_ = true;
        poller->pause();
    }
}

// Called when no thread polls. Ends the poller if close() was called.
void Poller::pause() noexcept {
    if (closing_ && advance(Phase::kIdle, Phase::kEnded)) {
        // The caller has a share. Its end disposes of the poller.
        (void)table().close(key_);
    }
}

void Poller::dispose(Poller* poller) noexcept {
    if (const Share<CompletionPort> port{poller->portKey_}) {
        port->forPollers()->drains.giveBack(poller->drain_);
    }
    const Key key = poller->key_;
    delete poller;
    table().dispose(key);
}

win32::Result<Poller::Polled> Poller::poll(Key key, DWORD milliseconds, bool alertable, bool delivers) noexcept {
    using Result = win32::Result<Polled>;
    Share<Poller> poller{key};
    if (!poller) {
        return Result::failure(code(EngineError::kPollerClosed));
    }
    Share<CompletionPort> port{poller->portKey_};
    if (!port) {
        return Result::failure(code(EngineError::kPortClosed));
    }
    if (!poller->advance(Phase::kIdle, Phase::kPolling)) {
        return Result::failure(code(EngineError::kPollerBusy));
    }
    const Polled polled = poller->wait(*port->forPollers(), milliseconds, alertable);
    if (polled.count == 0) {
        poller->drain_.setActivity(Drain::Activity::kAway);
        poller->phase_ = Phase::kIdle;
        poller->pause();
        return port->forPollers()->isLost() ? Result::failure(code(EngineError::kPortLost)) : Result{polled};
    }
    poller->drain_.delivering();
    if (!delivers) {
        InlineBudget::ofThisThread().lift();
    }
    poller->phase_ = Phase::kDelivering;
    port.detach();
    poller.detach();
    return polled;
}

Poller::Polled Poller::wait(PollerPort& port, DWORD milliseconds, bool alertable) noexcept {
    const PortPackets::Draining here{port.packets};
    const TimeLeft left{milliseconds};
    for (;;) {
        if (port.packets.exiting()) {
            return {};
        }
        const bool isOver = port.isLost();
        const DWORD now = isOver ? 0 : left.inMilliseconds();
        const Drain::Signals signals = drain_.collect(std::min(now, port.housekeeping.longestWait()), alertable);
        const auto count = static_cast<std::uint32_t>(drain_.batch().size());
        if (count == 0) {
            // onCompleted() may have suppressed all records; the shares must end in any case.
            drain_.delivered();
        }
        port.housekeeping.callDevices();
        const bool woken = signals.wake || port.packets.collectOwedWake();
        if (count > 0 || woken || signals.interrupted || signals.exit || now == 0) {
            return {count, signals.interrupted, woken};
        }
    }
}

void Poller::delivered(Key key) noexcept {
    const Share<Poller> here{key};
    if (!here || !here->advance(Phase::kDelivering, Phase::kFinishing)) {
        return;
    }
    Poller& poller = *here;
    poller.drain_.delivered();
    poller.drain_.setActivity(Drain::Activity::kAway);
    InlineBudget::ofThisThread().lift();
    CompletionPort& port = poller.port_;
    poller.phase_ = Phase::kIdle;
    poller.pause();
    // The shares that poll() has taken.
    Share<Poller>::end(&poller);
    Share<CompletionPort>::end(&port);
}

std::span<CompletionRecord> Poller::memory() const noexcept { return drain_.memory(); }

}  // namespace iocp4j
