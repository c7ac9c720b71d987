#pragma once

namespace iocp4j::win32 {

// What Windows does with a lock that is had at once, where it should queue a packet.
enum class ImmediateLock { kQueuesPacket, kQueuesNone };

// What this system does. Asks it when it is called for the first time, and remembers.
ImmediateLock immediateLock() noexcept;

// Windows queues a packet for a lock that is had at once, as for all that succeeds. Where a system does not, whoever
// waits for the packet waits for ever; so this asks the system itself, with a lock that disturbs nobody.
ImmediateLock probeImmediateLock() noexcept;

}  // namespace iocp4j::win32
