#pragma once

namespace iocp4j::win32 {

// Where this system differs from what Windows documents. On Windows nothing differs. Each chooses a policy: of the
// engine, of a device, or of a call in this folder.
struct Quirks {
    // A packet may be dequeued before the status of its operation is written; and a call that has failed may queue a
    // packet all the same.
    bool statusMayBeUnwritten = false;

    // A dequeue with room for more packets than there are is slower than one with room for as many.
    bool roomCostsTime = false;

    // LockFileEx queues no packet when it succeeds at once.
    bool locksQueueNoPacket = false;

    // Clients connect to a pipe instance that was created without access.
    bool holdersTakeClients = false;

    // ReadConsoleInputExW is exported, and ends the process when it is called.
    bool consoleReadIsStub = false;
};

// Those of this system. The first call finds them out; the library makes it when it is loaded.
const Quirks& quirks() noexcept;

// Finds them out again.
Quirks findQuirks() noexcept;

}  // namespace iocp4j::win32
