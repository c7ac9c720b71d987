#pragma once

#include <windows.h>

#include <cstdint>

#include "win32/Error.h"

namespace iocp4j::win32 {

// Makes the kernel post the job's messages to a port with that key, or to none if the port is nullptr.
ErrorCode postJobPackets(HANDLE job, HANDLE port, std::uint64_t key) noexcept;

}  // namespace iocp4j::win32
