#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// The kernel's memory for one packet of a completion port, allocated in advance, so that this packet can be posted when
// there is no memory (NtAllocateReserveObject, which Windows has had since version 7 and does not document).
// CloseHandle ends it. nullptr where it is not to be had, as on systems other than Windows.
HANDLE WINAPI allocatePacketReserve();

// PostQueuedCompletionStatus with no bytes and no OVERLAPPED, by way of a reserve. Windows refuses it while the
// reserve's packet is queued.
BOOL WINAPI postReservedPacket(HANDLE port, HANDLE reserve, ULONG_PTR key);

}  // namespace iocp4j::win32
