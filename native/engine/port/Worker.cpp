#include "engine/port/Worker.h"

#include "engine/lifetime/Waiting.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {

Worker::Worker(CompletionPort& port, unsigned index, Drain& drain) noexcept
    : port_(port), index_(index), drain_(drain) {}

void Worker::run() noexcept {
    const MayNotWait here;
    const bool started = port_.sink().workerStarted(index_, drain_.memory());
    port_.workerStarted(started);
    if (started) {
        bool leave = false;
        do {
            leave = drain_.collect(port_.longestWait()).exit;
            deliver();
            port_.remindDevices();
        } while (!leave);
        drain_.become(Drain::Activity::kAway);
        port_.sink().workerStopped(index_);
    }
    port_.workerStopped();
}

void Worker::deliver() noexcept {
    if (!drain_.batch().empty()) {
        drain_.delivering();
        port_.sink().deliver(index_, drain_.batch());
    }
    drain_.delivered();
}

}  // namespace iocp4j
