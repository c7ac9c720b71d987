// A typical client of the syelog protocol: plain Win32 without iocp4j, with the rules of the clients of Detours. It can
// also misbehave for the tests of the daemon.

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fixtures/SyelogMessage.h"

namespace {

using iocp4j::test::kSyelogHeader;
using iocp4j::test::SyelogMessage;

struct Options {
    std::string pipe = "syelog";
    std::string ident = "client";
    int count = 1;          // messages per connection
    int burst = 1;          // concurrent connections, one thread each
    DWORD idle = 0;         // milliseconds between connecting and writing
    int shortMessage = -1;  // first send a message of that length
    bool oversize = false;  // first send a message that is too long
    bool noNul = false;     // leave out the NUL after each text
    bool abrupt = false;    // exit after half of the messages, without the final message
};

class Client {
public:
    explicit Client(const Options& options) : path_(R"(\\.\pipe\)" + options.pipe) {}
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool open() {
        if (pipe_ != INVALID_HANDLE_VALUE || tryOpen()) {
            return true;
        }
        return ::WaitNamedPipeA(path_.c_str(), kTimeout) && tryOpen();
    }

    // Writes again on a new connection if the first attempt fails.
    bool send(const void* message, std::size_t length) {
        if (!open()) {
            return false;
        }
        if (write(message, length)) {
            return true;
        }
        close();
        return open() && write(message, length);
    }

private:
    static constexpr DWORD kTimeout = 2000;

    bool tryOpen() {
        pipe_ = ::CreateFileA(path_.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
        if (pipe_ == INVALID_HANDLE_VALUE) {
            return false;
        }
        DWORD mode = PIPE_READMODE_MESSAGE;
        if (::SetNamedPipeHandleState(pipe_, &mode, nullptr, nullptr)) {
            return true;
        }
        std::fprintf(stderr, "syelog_client: the pipe has no messages: error %lu\n", ::GetLastError());
        close();
        return false;
    }

    bool write(const void* message, std::size_t length) const {
        DWORD written = 0;
        return ::WriteFile(pipe_, message, static_cast<DWORD>(length), &written, nullptr) && written == length;
    }

    void close() {
        if (pipe_ != INVALID_HANDLE_VALUE) {
            ::FlushFileBuffers(pipe_);
            ::CloseHandle(pipe_);
            pipe_ = INVALID_HANDLE_VALUE;
        }
    }

    const std::string path_;
    HANDLE pipe_ = INVALID_HANDLE_VALUE;
};

// Returns the number of bytes to send.
std::size_t compose(SyelogMessage& message, const Options& options, std::string_view ident, int number) {
    message.facility = 0x50;
    message.severity = 0x60;
    message.processId = ::GetCurrentProcessId();
    ::GetSystemTimeAsFileTime(&message.occurrence);
    message.terminate = 0;
    std::string text{ident};
    text += ": Hello World! [" + std::to_string(number) + " of " + std::to_string(options.count) + "]\n";
    const std::size_t length = std::min(text.size(), sizeof(message.text) - 1);
    std::memcpy(message.text, text.data(), length);
    message.text[length] = '\0';
    const std::size_t total = kSyelogHeader + length + (options.noNul ? 0 : 1);
    message.bytes = static_cast<std::uint16_t>(total);
    return total;
}

bool misbehave(Client& client, const Options& options) {
    // All bytes are 'A', so that nothing looks like a header.
    const std::vector<char> garbage(sizeof(SyelogMessage) + 1000, 'A');
    return (options.shortMessage < 0 ||
            client.send(garbage.data(), std::min(static_cast<std::size_t>(options.shortMessage), garbage.size()))) &&
           (!options.oversize || client.send(garbage.data(), garbage.size()));
}

// Runs one connection. Returns the number of messages that could not be sent.
int run(const Options& options, const std::string& ident) {
    Client client{options};
    if (options.idle > 0) {
        client.open();
        ::Sleep(options.idle);
    }
    int failures = misbehave(client, options) ? 0 : 1;
    SyelogMessage message{};
    for (int i = 1; i <= options.count; ++i) {
        if (options.abrupt && i > options.count / 2) {
            ::TerminateProcess(::GetCurrentProcess(), 3);
        }
        const std::size_t length = compose(message, options, ident, i);
        if (!client.send(&message, length)) {
            ++failures;
        }
    }
    return failures;
}

int runAll(const Options& options) {
    if (options.burst == 1) {
        return run(options, options.ident);
    }
    const auto connections = static_cast<std::size_t>(options.burst);
    std::vector<int> failures(connections);
    std::vector<std::thread> threads;
    threads.reserve(connections);
    for (std::size_t i = 0; i < connections; ++i) {
        threads.emplace_back(
            [&options, &failures, i] { failures[i] = run(options, options.ident + std::to_string(i)); });
    }
    int total = 0;
    for (std::size_t i = 0; i < connections; ++i) {
        threads[i].join();
        total += failures[i];
    }
    return total;
}

[[noreturn]] void usage() {
    std::fputs(
        "Usage: syelog_client [--pipe NAME] [--ident ID] [--count N] [--burst N] [--idle MS]\n"
        "                     [--short BYTES] [--oversize] [--no-nul] [--abrupt]\n"
        "Exit codes: 0 all messages were sent, 1 some were not, 2 wrong usage\n",
        stderr);
    std::exit(2);
}

int number(const char* text) {
    char* end = nullptr;
    const long value = std::strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < 0 || value > 1'000'000'000) {
        usage();
    }
    return static_cast<int>(value);
}

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--oversize") {
            options.oversize = true;
        } else if (name == "--no-nul") {
            options.noNul = true;
        } else if (name == "--abrupt") {
            options.abrupt = true;
        } else if (++i == argc) {
            usage();
        } else if (name == "--pipe") {
            options.pipe = argv[i];
        } else if (name == "--ident") {
            options.ident = argv[i];
        } else if (name == "--count") {
            options.count = number(argv[i]);
        } else if (name == "--burst") {
            options.burst = std::max(number(argv[i]), 1);
        } else if (name == "--idle") {
            options.idle = static_cast<DWORD>(number(argv[i]));
        } else if (name == "--short") {
            options.shortMessage = number(argv[i]);
        } else {
            usage();
        }
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const int failures = runAll(parse(argc, argv));
    if (failures > 0) {
        std::fprintf(stderr, "syelog_client: %d messages were not sent\n", failures);
    }
    return failures > 0 ? 1 : 0;
}
