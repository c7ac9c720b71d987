#include "engine/port/Worker.h"

namespace iocp4j {

void Worker::drain() noexcept {
    bool leaves = false;
    do {
        leaves = drain_.collect(housekeeping_.longestWait()).exit;
        if (!drain_.batch().empty()) {
            drain_.delivering();
            sink_.deliver(index_, drain_.batch());
        }
        drain_.delivered();
        housekeeping_.callDevices();
    } while (!leaves);
    drain_.setActivity(Drain::Activity::kAway);
}

}  // namespace iocp4j
