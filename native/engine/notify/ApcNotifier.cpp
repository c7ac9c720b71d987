#include "engine/notify/ApcNotifier.h"

#include "engine/operation/Operations.h"

namespace iocp4j {

Started ApcNotifier::start(Operation& operation, const Call& call) noexcept {
    return waits_.start(operation, [&] { return pump_.run(call); });
}

Started ApcNotifier::start(Operation& operation, const Call&, const Call& callWithRoutine) noexcept {
    // The field is the caller's own where there is a completion routine, which gets nothing else.
    operation.hEvent = &operations_;
    return pump_.run(callWithRoutine);
}

}  // namespace iocp4j
