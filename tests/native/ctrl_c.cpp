// Runs a program on a separate console, and presses Ctrl-C there at the end of standard input:
//     ctrl_c PROGRAM ARGS...
// Exits with the program's exit code, or 99. The console is separate, because Ctrl-C reaches all of its processes.

#include <windows.h>

#include <cstdio>

#include "fixtures/Launch.h"

namespace {

// The command line without its first word, the name of this program.
wchar_t* withoutFirstWord(wchar_t* at) {
    bool quoted = false;
    for (; *at != L'\0' && (quoted || *at != L' '); ++at) {
        quoted ^= *at == L'"';
    }
    while (*at == L' ') {
        ++at;
    }
    return at;
}

iocp4j::win32::Result<iocp4j::test::Process> start(const wchar_t* commandLine) {
    STARTUPINFOW startup{};
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdOutput = ::GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = ::GetStdHandle(STD_ERROR_HANDLE);
    return iocp4j::test::launch(commandLine, startup, CREATE_NO_WINDOW);
}

void awaitEndOfInput() {
    char ignored[64];
    DWORD count = 0;
    while (::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), ignored, sizeof(ignored), &count, nullptr) && count > 0) {
    }
}

bool pressCtrlC(DWORD processId) {
    ::FreeConsole();
    return ::AttachConsole(processId) && ::SetConsoleCtrlHandler(nullptr, TRUE) &&  // this process is attached, too
           ::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
}

int failed(const char* what, DWORD error) {
    std::fprintf(stderr, "ctrl_c: cannot %s: error %lu\n", what, error);
    return 99;
}

}  // namespace

int main() {
    const auto process = start(withoutFirstWord(::GetCommandLineW()));
    if (!process) {
        return failed("start the program", process.error());
    }
    awaitEndOfInput();
    if (!pressCtrlC(process->id)) {
        return failed("press Ctrl-C", ::GetLastError());
    }
    ::WaitForSingleObject(process->handle.get(), INFINITE);
    DWORD exitCode = 0;
    ::GetExitCodeProcess(process->handle.get(), &exitCode);
    return static_cast<int>(exitCode);
}
