#include "Pipes.h"

namespace iocp4j::bench {

namespace {

constexpr DWORD kTimeoutMilliseconds = 10'000;

std::string pathOf(const std::string& name) { return R"(\\.\pipe\)" + name; }

}  // namespace

HANDLE createPipe(const std::string& name, DWORD openMode, DWORD pipeMode, DWORD inBuffer, DWORD outBuffer) {
    const HANDLE pipe =
        ::CreateNamedPipeA(pathOf(name).c_str(), openMode | FILE_FLAG_OVERLAPPED, pipeMode | PIPE_REJECT_REMOTE_CLIENTS,
                           PIPE_UNLIMITED_INSTANCES, outBuffer, inBuffer, 0, nullptr);
    if (pipe == INVALID_HANDLE_VALUE) {
        throw CallFailed{"CreateNamedPipe"};
    }
    return pipe;
}

void awaitClient(Port& port, HANDLE pipe, OVERLAPPED& overlapped) {
    if (::ConnectNamedPipe(pipe, &overlapped)) {
        return;
    }
    const DWORD error = ::GetLastError();
    if (error == ERROR_PIPE_CONNECTED) {
        // The client has connected already. Windows queues no packet for this, so post one.
        overlapped.Internal = 0;
        port.post(0, &overlapped);
    } else if (error != ERROR_IO_PENDING) {
        throw CallFailed{"ConnectNamedPipe"};
    }
}

HANDLE connectTo(const std::string& name, DWORD access) {
    const std::string path = pathOf(name);
    const ULONGLONG end = ::GetTickCount64() + kTimeoutMilliseconds;
    for (;;) {
        const HANDLE pipe = ::CreateFileA(path.c_str(), access, 0, nullptr, OPEN_EXISTING,
                                          FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT, nullptr);
        if (pipe != INVALID_HANDLE_VALUE) {
            return pipe;
        }
        // For a moment there may be no instance that waits.
        if (::GetTickCount64() > end || !::WaitNamedPipeA(path.c_str(), kTimeoutMilliseconds)) {
            throw CallFailed{"CreateFile " + path};
        }
    }
}

}  // namespace iocp4j::bench
