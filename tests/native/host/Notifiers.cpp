// The host has neither APCs nor a thread pool that waits for handles, so that every device is bound to its port.

#include "engine/notify/Notifiers.h"

namespace iocp4j {

std::unique_ptr<Notifiers> Notifiers::of(Operations&, const std::wstring&) { return nullptr; }

}  // namespace iocp4j
