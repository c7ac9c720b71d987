#include "devices/other/Mailslot.h"

#include <memory>

#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j {

win32::Result<Device::Key> MailslotServer::open(CompletionPort& port, const MailslotSettings& settings) {
    auto security = win32::SecurityDescriptor::of(settings.sddl);
    if (!security) {
        return win32::Result<Device::Key>::failure(security.error());
    }
    SECURITY_ATTRIBUTES attributes = security->attributes();
    // CreateMailslot has no flag for overlapped I/O: mailslots always support it.
    win32::Handle handle{
        win32::calls.createMailslot(settings.name.c_str(), settings.longestMessage, settings.timeout, &attributes)};
    if (!handle) {
        return win32::Result<Device::Key>::failure(::GetLastError());
    }
    return port.add(std::make_unique<MailslotServer>(port, settings.name, std::move(handle)));
}

win32::Result<MailslotServer::Contents> MailslotServer::contents() const noexcept {
    DWORD next = 0;
    DWORD messages = 0;
    if (!win32::calls.getMailslotInfo(handle(), nullptr, &next, &messages, nullptr)) {
        return win32::Result<Contents>::failure(::GetLastError());
    }
    return Contents{messages, next == MAILSLOT_NO_MESSAGE ? 0 : next};
}

win32::Result<Device::Key> MailslotClient::open(CompletionPort& port, const std::wstring& name) {
    // FILE_SHARE_READ is required, because the server has the mailslot open for reading.
    win32::Handle handle{win32::calls.createFile(name.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                                 nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    if (!handle) {
        return win32::Result<Device::Key>::failure(::GetLastError());
    }
    return port.add(std::make_unique<MailslotClient>(port, name, std::move(handle)));
}

}  // namespace iocp4j
