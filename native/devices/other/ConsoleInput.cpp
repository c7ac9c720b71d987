#include "devices/other/ConsoleInput.h"

#include <memory>

#include "engine/port/CompletionPort.h"

namespace iocp4j {

win32::Result<Device::Key> ConsoleInput::open(CompletionPort& port) {
    constexpr const wchar_t* kName = L"CONIN$";
    win32::Handle console{win32::calls.createFile(
        kName, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr)};
    if (!console) {
        return win32::Result<Device::Key>::failure(::GetLastError());
    }
    return port.add(std::make_unique<ConsoleInput>(port, kName, std::move(console)));
}

Started ConsoleInput::read(Operation& operation, void* buffer, std::uint32_t length) noexcept {
    return length < sizeof(INPUT_RECORD) ? Started::over(ERROR_INSUFFICIENT_BUFFER)
                                         : waitFor(operation, buffer, length);
}

std::optional<WaitableDevice::Outcome> ConsoleInput::signalled(void* buffer, std::uint32_t length) noexcept {
    DWORD taken = 0;
    if (!win32::calls.readConsoleInput(object(), static_cast<INPUT_RECORD*>(buffer), length / sizeof(INPUT_RECORD),
                                       &taken)) {
        return Outcome{::GetLastError(), 0};
    }
    if (taken == 0) {
        // Another reader, such as System.in, has read the input.
        return std::nullopt;
    }
    return Outcome{ERROR_SUCCESS, static_cast<std::uint32_t>(taken * sizeof(INPUT_RECORD))};
}

}  // namespace iocp4j
