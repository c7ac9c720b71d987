// A child for the tests of ChildProcess: does what its arguments say.

// windows.h must come before shellapi.h.
// clang-format off
#include <windows.h>
#include <shellapi.h>
// clang-format on

#include <cstdlib>
#include <cwchar>
#include <string>

#include "fixtures/Launch.h"

namespace {

void write(DWORD stream, const void* data, std::size_t length) {
    DWORD written = 0;
    ::WriteFile(::GetStdHandle(stream), data, static_cast<DWORD>(length), &written, nullptr);
}

// Text as UTF-8, and the end of the line.
void print(const std::wstring& text) {
    std::string bytes(text.size() * 3 + 1, '\0');
    const int length = ::WideCharToMultiByte(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), bytes.data(),
                                             static_cast<int>(bytes.size()), nullptr, nullptr);
    bytes[static_cast<std::size_t>(length)] = '\n';
    write(STD_OUTPUT_HANDLE, bytes.data(), static_cast<std::size_t>(length) + 1);
}

// Sends its input back until the end of the input.
void echo() {
    char buffer[4096];
    DWORD length = 0;
    while (::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), buffer, sizeof(buffer), &length, nullptr) && length != 0) {
        write(STD_OUTPUT_HANDLE, buffer, length);
    }
}

// As many bytes to each of the two output streams, by turns.
void flood(unsigned long bytes) {
    const std::string out(1000, 'o');
    const std::string err(1000, 'e');
    for (unsigned long done = 0; done < bytes; done += 1000) {
        write(STD_OUTPUT_HANDLE, out.data(), out.size());
        write(STD_ERROR_HANDLE, err.data(), err.size());
    }
}

void printVariable(const wchar_t* name) {
    wchar_t value[1024];
    const DWORD length = ::GetEnvironmentVariableW(name, value, 1024);
    print(length == 0 ? L"(not set)" : std::wstring(value, length));
}

// Whether each number is a handle of this process.
void printHandles(int count, wchar_t** numbers) {
    for (int i = 0; i < count; ++i) {
        DWORD flags = 0;
        const auto handle = reinterpret_cast<HANDLE>(std::wcstoull(numbers[i], nullptr, 10));
        print(::GetHandleInformation(handle, &flags) ? L"open" : L"none");
    }
}

// Starts itself once more, prints the process id of that, and waits for ever, as that does.
void startAnother() {
    wchar_t self[MAX_PATH];
    ::GetModuleFileNameW(nullptr, self, MAX_PATH);
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    const auto started = iocp4j::test::launch(L"\"" + std::wstring{self} + L"\" wait", startup, 0);
    if (!started) {
        std::exit(99);
    }
    print(std::to_wstring(started->id));
    ::Sleep(INFINITE);
}

}  // namespace

int main() {
    int count = 0;
    wchar_t** words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    const std::wstring what = count > 1 ? words[1] : L"";
    if (what == L"exit") {
        ::ExitProcess(static_cast<UINT>(std::wcstoul(words[2], nullptr, 10)));
    } else if (what == L"say") {
        print(words[2]);
        ::ExitProcess(3);
    } else if (what == L"echo") {
        echo();
    } else if (what == L"flood") {
        flood(std::wcstoul(words[2], nullptr, 10));
    } else if (what == L"variable") {
        printVariable(words[2]);
    } else if (what == L"folder") {
        wchar_t folder[MAX_PATH];
        print(std::wstring(folder, ::GetCurrentDirectoryW(MAX_PATH, folder)));
    } else if (what == L"handles") {
        printHandles(count - 2, words + 2);
    } else if (what == L"arguments") {
        for (int i = 2; i < count; ++i) {
            print(words[i]);
        }
    } else if (what == L"wait") {
        ::Sleep(INFINITE);
    } else if (what == L"another") {
        startAnother();
    } else {
        return 98;
    }
    return 0;
}
