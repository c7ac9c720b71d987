#include "devices/other/SerialPort.h"

#include <memory>

#include "engine/operation/Operation.h"
#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"

namespace iocp4j {

namespace {

void apply(const SerialSettings& settings, DCB& block) noexcept {
    using FlowControl = SerialSettings::FlowControl;
    constexpr char kXon = 0x11;
    constexpr char kXoff = 0x13;
    const bool hardware = settings.flowControl == FlowControl::kRtsCts;
    const bool modem = settings.flowControl == FlowControl::kDtrDsr;
    const bool software = settings.flowControl == FlowControl::kXonXoff;
    block.DCBlength = sizeof(DCB);
    block.BaudRate = settings.baud;
    block.ByteSize = settings.dataBits;
    block.Parity = settings.parity;
    block.StopBits = settings.stopBits;
    block.fBinary = TRUE;
    block.fParity = settings.parity != NOPARITY;
    block.fOutxCtsFlow = hardware;
    block.fOutxDsrFlow = modem;
    block.fDsrSensitivity = modem;
    block.fOutX = software;
    block.fInX = software;
    block.fTXContinueOnXoff = FALSE;
    block.XonChar = kXon;
    block.XoffChar = kXoff;
    // Otherwise an error on the line would abort all transfers until ClearCommError is called.
    block.fAbortOnError = FALSE;
    block.fErrorChar = FALSE;
    block.fNull = FALSE;
    block.fRtsControl = hardware ? RTS_CONTROL_HANDSHAKE : settings.rts ? RTS_CONTROL_ENABLE : RTS_CONTROL_DISABLE;
    block.fDtrControl = modem ? DTR_CONTROL_HANDSHAKE : settings.dtr ? DTR_CONTROL_ENABLE : DTR_CONTROL_DISABLE;
}

win32::ErrorCode configure(HANDLE handle, const SerialSettings& settings) noexcept {
    DCB block{};
    block.DCBlength = sizeof(DCB);
    // Keep the values that the settings do not name, such as XonLim and XoffLim.
    if (!win32::calls.getCommState(handle, &block)) {
        return ::GetLastError();
    }
    apply(settings, block);
    COMMTIMEOUTS timeouts = settings.timeouts;
    return win32::outcome(win32::calls.setCommState(handle, &block) && win32::calls.setCommTimeouts(handle, &timeouts));
}

}  // namespace

win32::Result<Device::Key> SerialPort::open(CompletionPort& port, const SerialSettings& settings) {
    // Serial ports cannot be shared.
    win32::Handle handle{win32::calls.createFile(settings.name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                                 OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    if (!handle) {
        return win32::Result<Device::Key>::failure(::GetLastError());
    }
    const win32::ErrorCode error = configure(handle.get(), settings);
    if (error != ERROR_SUCCESS) {
        return win32::Result<Device::Key>::failure(error);
    }
    return port.add(std::make_unique<SerialPort>(port, settings.name, std::move(handle)));
}

Started SerialPort::awaitEvents(Operation& operation, std::uint32_t events) noexcept {
    if (!win32::calls.setCommMask(handle(), events)) {
        return Started::over(::GetLastError());
    }
    // WaitCommEvent writes its mask on completion; each operation owns its DWORD.
    static_assert(sizeof(DWORD) == sizeof(operation.record.detail));
    auto* happened = reinterpret_cast<DWORD*>(&operation.record.detail);
    return start(operation, [&] { return Started::from(win32::calls.waitCommEvent(handle(), happened, &operation)); });
}

win32::ErrorCode SerialPort::escape(std::uint32_t function) const noexcept {
    return win32::outcome(win32::calls.escapeCommFunction(handle(), function));
}

win32::Result<std::uint32_t> SerialPort::modemStatus() const noexcept {
    DWORD status = 0;
    if (!win32::calls.getCommModemStatus(handle(), &status)) {
        return win32::Result<std::uint32_t>::failure(::GetLastError());
    }
    return std::uint32_t{status};
}

win32::ErrorCode SerialPort::purge(std::uint32_t flags) const noexcept {
    return win32::outcome(win32::calls.purgeComm(handle(), flags));
}

}  // namespace iocp4j
