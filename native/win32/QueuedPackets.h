#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Result.h"

namespace iocp4j::win32 {

// How many packets wait in a completion port (NtQueryIoCompletion, which Windows has had since its first version and
// does not document).
Result<std::uint32_t> queuedPackets(HANDLE port) noexcept;

}  // namespace iocp4j::win32
