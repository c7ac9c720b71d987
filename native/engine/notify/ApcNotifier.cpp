#include "engine/notify/ApcNotifier.h"

#include "engine/operation/Operations.h"

namespace iocp4j {

Started ApcNotifier::start(Operation& operation, const Call& call) noexcept {
    return waits_.start(operation, [&] { return pump_.run(call); });
}

Started ApcNotifier::start(Operation& operation, const Call&, const Call& callWithRoutine) noexcept {
    // Windows does not use hEvent when there is a completion routine. The routine gets no other argument of the caller.
    operation.hEvent = &operations_;
    return pump_.run(callWithRoutine);
}

}  // namespace iocp4j
