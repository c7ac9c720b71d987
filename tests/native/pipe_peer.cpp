// The other end of a pipe, with nothing but CreateFile, ReadFile and WriteFile: what programs of others do.
// Usage: pipe_peer echo PIPE BYTES    connects, writes bytes in parts, and checks that each part comes back
//        pipe_peer say PIPE TEXT      connects, writes the text, and ends
//        pipe_peer leave PIPE TEXT    serves one client, writes the text, reads a byte, and ends without a word

#include <windows.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

int fail(const char* call) {
    std::fprintf(stderr, "pipe_peer: %s: error %lu\n", call, ::GetLastError());
    return EXIT_FAILURE;
}

bool write(HANDLE pipe, const char* data, std::size_t length) {
    DWORD written = 0;
    return ::WriteFile(pipe, data, static_cast<DWORD>(length), &written, nullptr) && written == length;
}

bool read(HANDLE pipe, char* data, std::size_t length) {
    for (std::size_t done = 0; done < length;) {
        DWORD count = 0;
        if (!::ReadFile(pipe, data + done, static_cast<DWORD>(length - done), &count, nullptr)) {
            return false;
        }
        done += count;
    }
    return true;
}

int echo(HANDLE pipe, std::size_t bytes) {
    std::vector<char> part(10'000);
    std::vector<char> answer(part.size());
    for (std::size_t done = 0; done < bytes; done += part.size()) {
        part.resize(std::min(part.size(), bytes - done));
        for (std::size_t i = 0; i < part.size(); ++i) {
            part[i] = static_cast<char>((done + i) * 2'654'435'761U >> 24);
        }
        if (!write(pipe, part.data(), part.size())) {
            return fail("WriteFile");
        }
        if (!read(pipe, answer.data(), part.size())) {
            return fail("ReadFile");
        }
        if (std::memcmp(answer.data(), part.data(), part.size()) != 0) {
            std::fprintf(stderr, "pipe_peer: other bytes have come back\n");
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}

int leave(const char* name, const std::string& text) {
    const HANDLE pipe = ::CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4'096, 4'096, 0, nullptr);
    if (pipe == INVALID_HANDLE_VALUE) {
        return fail("CreateNamedPipe");
    }
    std::puts("serving");
    std::fflush(stdout);
    if (!::ConnectNamedPipe(pipe, nullptr) && ::GetLastError() != ERROR_PIPE_CONNECTED) {
        return fail("ConnectNamedPipe");
    }
    char byte = 0;
    if (!write(pipe, text.data(), text.size()) || !read(pipe, &byte, 1)) {
        return fail("WriteFile, ReadFile");
    }
    ::TerminateProcess(::GetCurrentProcess(), EXIT_SUCCESS);
    return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "Usage: pipe_peer echo|say|leave PIPE BYTES|TEXT\n");
        return 2;
    }
    const std::string what = argv[1];
    if (what == "leave") {
        return leave(argv[2], argv[3]);
    }
    const HANDLE pipe = ::CreateFileA(argv[2], GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
    if (pipe == INVALID_HANDLE_VALUE) {
        return fail("CreateFile");
    }
    if (what == "echo") {
        return echo(pipe, std::strtoul(argv[3], nullptr, 10));
    }
    return write(pipe, argv[3], std::strlen(argv[3])) ? EXIT_SUCCESS : fail("WriteFile");
}
