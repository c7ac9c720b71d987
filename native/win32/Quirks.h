#pragma once

namespace iocp4j::win32 {

// The differences between this system and the documentation of Windows. On Windows all flags are false. Each flag
// selects a policy of the engine, a device, or a call in this folder.
struct Quirks {
    // A packet may be dequeued before the status of its operation is written. A call that has failed may queue a
    // packet.
    bool statusMayBeUnwritten = false;

    // Dequeuing is slower when the array has room for more packets than are queued.
    bool roomCostsTime = false;

    // A port lets more threads run than its concurrency value.
    bool concurrencyIgnored = false;

    // A receive that has to wait for its data takes longer than a packet. Where sends go through the queue, the next
    // receive starts later, and finds its data more often.
    bool waitingReceivesCostTime = false;

    // LockFileEx queues no packet when it succeeds at once.
    bool locksQueueNoPacket = false;

    // Clients connect to a pipe instance that was created without access.
    bool holdersTakeClients = false;

    // ReadConsoleInputExW is exported, and ends the process when it is called.
    bool consoleReadIsStub = false;
};

// The quirks of this system. The first call detects them; JNI_OnLoad makes it.
const Quirks& quirks() noexcept;

// Detects the quirks again.
Quirks findQuirks() noexcept;

}  // namespace iocp4j::win32
