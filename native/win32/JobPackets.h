#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Error.h"

namespace iocp4j::win32 {

// Has the kernel post what happens in the job to a port, under that key; to none where the port is nullptr.
ErrorCode postJobPackets(HANDLE job, HANDLE port, std::uint64_t key) noexcept;

}  // namespace iocp4j::win32
