#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Result.h"

namespace iocp4j::win32 {

// The number of packets in a completion port's queue (NtQueryIoCompletion, undocumented, in all versions of Windows).
Result<std::uint32_t> queuedPackets(HANDLE port) noexcept;

}  // namespace iocp4j::win32
