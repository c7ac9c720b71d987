#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Allocates the kernel's memory for one packet in advance, so that the packet can be posted when there is no memory
// (NtAllocateReserveObject, undocumented, since Windows 7). CloseHandle frees it. Returns nullptr if it fails, as on
// systems other than Windows.
HANDLE WINAPI allocatePacketReserve();

// PostQueuedCompletionStatus with 0 bytes and no OVERLAPPED, from a reserve. Fails while the reserve's packet is
// queued.
BOOL WINAPI postReservedPacket(HANDLE port, HANDLE reserve, ULONG_PTR key);

}  // namespace iocp4j::win32
