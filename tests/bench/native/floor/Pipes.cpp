#include "Pipes.h"

namespace iocp4j::bench {

namespace {

constexpr DWORD kPatienceMilliseconds = 10'000;

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
        // No packet will tell of this one, and its client is there: it is as if it had.
        overlapped.Internal = 0;
        port.post(0, &overlapped);
    } else if (error != ERROR_IO_PENDING) {
        throw CallFailed{"ConnectNamedPipe"};
    }
}

HANDLE connectTo(const std::string& name, DWORD access) {
    const std::string path = pathOf(name);
    const ULONGLONG end = ::GetTickCount64() + kPatienceMilliseconds;
    for (;;) {
        const HANDLE pipe = ::CreateFileA(path.c_str(), access, 0, nullptr, OPEN_EXISTING,
                                          FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT, nullptr);
        if (pipe != INVALID_HANDLE_VALUE) {
            return pipe;
        }
        // Between two instances there may be none for a moment.
        if (::GetTickCount64() > end || !::WaitNamedPipeA(path.c_str(), kPatienceMilliseconds)) {
            throw CallFailed{"CreateFile " + path};
        }
    }
}

}  // namespace iocp4j::bench
