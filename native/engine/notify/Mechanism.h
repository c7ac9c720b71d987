#pragma once

#include <cstdint>

namespace iocp4j {

// How a port is notified of the end of an operation. The Java enum Mechanism has the same order.
enum class Mechanism : std::uint8_t {
    kCompletionPort,  // the handle is bound to the port, and the kernel queues a packet
    kApc,             // the kernel runs a completion routine on an alertable thread
    kEvent,           // the kernel sets an event, one for each operation
    kHandle,          // the kernel signals the handle: one operation at a time
};

inline constexpr Mechanism kLastMechanism = Mechanism::kHandle;

}  // namespace iocp4j
