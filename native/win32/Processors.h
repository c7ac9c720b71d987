#pragma once

#include <cstdint>

namespace iocp4j::win32 {

// The number of processors on which this process may run, which its affinity may restrict. At least 1.
std::uint32_t usableProcessors() noexcept;

// Whether these are fewer than the system has.
bool affinityIsRestricted() noexcept;

}  // namespace iocp4j::win32
