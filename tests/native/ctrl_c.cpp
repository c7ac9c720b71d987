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

HANDLE start(wchar_t* commandLine, DWORD& processId) {
    STARTUPINFOW startup{};
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdOutput = ::GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = ::GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION process{};
    const DWORD error = iocp4j::test::launch([&] {
        return ::CreateProcessW(nullptr, commandLine, nullptr, nullptr, TRUE, CREATE_NO_WINDOW, nullptr, nullptr,
                                &startup, &process)
                   ? ERROR_SUCCESS
                   : ::GetLastError();
    });
    if (error != ERROR_SUCCESS) {
        return nullptr;
    }
    ::CloseHandle(process.hThread);
    processId = process.dwProcessId;
    return process.hProcess;
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

int failed(const char* what) {
    std::fprintf(stderr, "ctrl_c: cannot %s: error %lu\n", what, ::GetLastError());
    return 99;
}

}  // namespace

int main() {
    DWORD processId = 0;
    const HANDLE process = start(withoutFirstWord(::GetCommandLineW()), processId);
    if (process == nullptr) {
        return failed("start the program");
    }
    awaitEndOfInput();
    if (!pressCtrlC(processId)) {
        return failed("press Ctrl-C");
    }
    ::WaitForSingleObject(process, INFINITE);
    DWORD exitCode = 0;
    ::GetExitCodeProcess(process, &exitCode);
    return static_cast<int>(exitCode);
}
