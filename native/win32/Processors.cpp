#include "win32/Processors.h"

#include <windows.h>

#include <bit>

namespace iocp4j::win32 {

std::uint32_t usableProcessors() noexcept {
    DWORD_PTR ofProcess = 0;
    DWORD_PTR ofSystem = 0;
    // An affinity mask describes one group of processors. The masks are 0 if the process has threads in several groups.
    if (::GetActiveProcessorGroupCount() == 1 &&
        ::GetProcessAffinityMask(::GetCurrentProcess(), &ofProcess, &ofSystem) && ofProcess != 0) {
        return static_cast<std::uint32_t>(std::popcount(ofProcess));
    }
    return ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
}

bool affinityIsRestricted() noexcept { return usableProcessors() < ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS); }

}  // namespace iocp4j::win32
