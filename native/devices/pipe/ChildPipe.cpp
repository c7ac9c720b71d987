#include "devices/pipe/ChildPipe.h"

#include <ntsecapi.h>

#include <array>
#include <memory>

#include "engine/port/CompletionPort.h"
#include "win32/Calls.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j {

namespace {

// 128 random bits, so that no other process can open the pipe by its name.
win32::Result<std::wstring> unguessableName() {
    std::array<std::uint8_t, 16> bits{};
    if (!::RtlGenRandom(bits.data(), static_cast<ULONG>(bits.size()))) {
        return win32::Result<std::wstring>::failure(ERROR_GEN_FAILURE);
    }
    constexpr wchar_t kDigits[] = L"0123456789abcdef";
    std::wstring name = L"\\\\.\\pipe\\iocp4j-child-";
    for (const std::uint8_t byte : bits) {
        name += kDigits[byte >> 4];
        name += kDigits[byte & 15];
    }
    return name;
}

win32::Handle createOwnEnd(const std::wstring& name, const ChildPipeSettings& settings,
                           SECURITY_ATTRIBUTES& attributes) noexcept {
    return win32::Handle{win32::calls.createNamedPipe(
        name.c_str(), static_cast<DWORD>(settings.direction) | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, settings.buffer,
        settings.buffer, 0, &attributes)};
}

win32::Handle openChildEnd(const std::wstring& name, const ChildPipeSettings& settings) noexcept {
    // Attribute rights in either direction, because runtime libraries query the type of a standard stream.
    DWORD access = 0;
    if (settings.direction != PipeDirection::kInbound) {
        access |= GENERIC_READ | FILE_WRITE_ATTRIBUTES;
    }
    if (settings.direction != PipeDirection::kOutbound) {
        access |= GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    }
    SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), nullptr, settings.inheritableChild};
    return win32::Handle{win32::calls.createFile(name.c_str(), access, 0, &attributes, OPEN_EXISTING,
                                                 settings.overlappedChild ? FILE_FLAG_OVERLAPPED : 0, nullptr)};
}

}  // namespace

win32::Result<Device::Key> ChildPipe::open(CompletionPort& port, const ChildPipeSettings& settings) {
    using Failure = win32::Result<Device::Key>;
    auto name = unguessableName();
    if (!name) {
        return Failure::failure(name.error());
    }
    auto security = win32::SecurityDescriptor::privateToUser();
    if (!security) {
        return Failure::failure(security.error());
    }
    SECURITY_ATTRIBUTES attributes = security->attributes();
    win32::Handle own = createOwnEnd(*name, settings, attributes);
    if (!own) {
        return Failure::failure(::GetLastError());
    }
    win32::Handle child = openChildEnd(*name, settings);
    if (!child) {
        return Failure::failure(::GetLastError());
    }
    return port.add(std::make_unique<ChildPipe>(port, std::move(*name), std::move(own), std::move(child)));
}

HANDLE ChildPipe::childEnd() noexcept {
    const std::lock_guard lock{mutex_};
    return child_.get();
}

void ChildPipe::closeChildEnd() noexcept {
    const std::lock_guard lock{mutex_};
    child_.reset();
}

}  // namespace iocp4j
