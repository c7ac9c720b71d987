#include "engine/port/Worker.h"

namespace iocp4j {

void Worker::drain() noexcept {
    bool leaves = false;
    do {
        concurrency_.awaitTurn(member_);
        leaves = drain_.collect(housekeeping_.longestWait()).exit;
        concurrency_.beginsWork(member_, drain_.batch());
        if (!drain_.batch().empty()) {
            drain_.delivering();
            sink_.deliver(index_, drain_.batch());
            concurrency_.delivered(member_);
        }
        drain_.delivered();
        housekeeping_.callDevices();
    } while (!leaves);
    concurrency_.stepAside(member_);
    drain_.setActivity(Drain::Activity::kAway);
}

}  // namespace iocp4j
