// Prints what a process has: process_census PID. For programs that cannot ask Windows themselves.

#include <windows.h>

#include <psapi.h>
#include <tlhelp32.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

unsigned long long threadsOf(DWORD process) {
    const HANDLE snapshot = ::CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    unsigned long long count = 0;
    THREADENTRY32 entry{};
    entry.dwSize = sizeof(entry);
    for (BOOL more = ::Thread32First(snapshot, &entry); more; more = ::Thread32Next(snapshot, &entry)) {
        count += entry.th32OwnerProcessID == process;
    }
    ::CloseHandle(snapshot);
    return count;
}

}  // namespace

int main(int, char**) { return 0; }
