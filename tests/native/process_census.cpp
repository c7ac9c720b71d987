// Prints the handles, threads and private memory of a process, for programs that cannot query Windows.

#include "fixtures/Census.h"

// windows.h must come before psapi.h.
// clang-format off
#include <windows.h>
#include <psapi.h>
// clang-format on

#include <cstdio>
#include <cstdlib>

namespace {

// Private memory of the process: committed memory on Windows; under Wine, where PrivateUsage is 0, the memory in use. 0
// if the query fails.
unsigned long long privateBytes(DWORD process) {
    const HANDLE handle = ::OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, process);
    if (handle == nullptr) {
        return 0;
    }
    PROCESS_MEMORY_COUNTERS counters{};
    const BOOL known = ::GetProcessMemoryInfo(handle, &counters, sizeof(counters));
    ::CloseHandle(handle);
    return known ? counters.PagefileUsage : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned long process = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
    if (process == 0) {
        std::fputs("Usage: process_census PID\nExit codes: 0 done, 1 no such process, 2 wrong usage\n", stderr);
        return 2;
    }
    const unsigned long long bytes = privateBytes(process);
    if (bytes == 0) {
        std::fprintf(stderr, "process_census: cannot query process %lu: error %lu\n", process, ::GetLastError());
        return 1;
    }
    std::printf("handles: %u\nthreads: %u\nprivate bytes: %llu\n", iocp4j::test::handleCount(process),
                iocp4j::test::threadCount(process), bytes);
    return 0;
}
