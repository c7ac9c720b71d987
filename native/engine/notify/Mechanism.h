#pragma once

#include <cstdint>

namespace iocp4j {

// How a port learns that an operation is over. The Java enum Mechanism has the same order.
enum class Mechanism : std::uint8_t {
    kCompletionPort,  // the kernel queues a packet: the handle is bound to the port
    kApc,             // the kernel runs a completion routine on an alertable thread
    kEvent,           // the kernel sets an event, one of each operation
    kHandle,          // the kernel signals the handle: one operation at a time
};

inline constexpr Mechanism kLastMechanism = Mechanism::kHandle;

}  // namespace iocp4j
