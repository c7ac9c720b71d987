#include <algorithm>
#include <cwchar>
#include <string_view>
#include <utility>

#include "c/Outcome.h"
#include "devices/file/OverlappedFile.h"
#include "devices/other/AdoptedDevice.h"
#include "devices/pipe/NamedPipeClient.h"
#include "devices/pipe/NamedPipeServer.h"
#include "engine/lifetime/NoWaitScope.h"
#include "engine/port/CompletionPort.h"

using namespace iocp4j;

namespace {

constexpr std::uint32_t defaultOr(std::uint32_t given, std::uint32_t fallback) noexcept {
    return given != 0 ? given : fallback;
}

bool valid(const iocp4j_pipe_server_settings& settings) noexcept {
    return settings.size == sizeof(settings) && settings.name != nullptr &&
           settings.in_buffer <= NamedPipeServerSettings::kMaxBuffer &&
           settings.out_buffer <= NamedPipeServerSettings::kMaxBuffer &&
           settings.max_instances < PIPE_UNLIMITED_INSTANCES &&
           settings.listening <= NamedPipeServerSettings::kMaxListening;
}

NamedPipeServerSettings settingsOf(const iocp4j_pipe_server_settings& given) {
    NamedPipeServerSettings settings;
    settings.name = given.name;
    settings.messages = given.messages != 0;
    settings.inBuffer = defaultOr(given.in_buffer, settings.inBuffer);
    settings.outBuffer = defaultOr(given.out_buffer, settings.outBuffer);
    settings.maxInstances = defaultOr(given.max_instances, settings.maxInstances);
    settings.listening = given.listening;
    if (given.listening == 0) {
        settings.adapt();
    }
    settings.acceptRemote = given.accept_remote != 0;
    settings.sddl = given.sddl != nullptr ? given.sddl : L"";
    settings.token = given.token;
    return settings;
}

// Windows would open any other name as a file, whose calls block.
bool isPipeName(std::wstring_view name) noexcept {
    constexpr std::wstring_view kPipe = L"\\pipe\\";
    const std::size_t host = name.starts_with(L"\\\\") ? name.find(L'\\', 2) : std::wstring_view::npos;
    return host != std::wstring_view::npos && host > 2 && name.size() > host + kPipe.size() &&
           ::_wcsnicmp(name.data() + host, kPipe.data(), kPipe.size()) == 0;
}

// Opens a device on an open port: `open(port)` returns its key.
template <class Open>
iocp4j_error openOn(iocp4j_key port, iocp4j_key* device, Open&& open) noexcept {
    if (device == nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    return c::guarded([&] {
        const Share<CompletionPort> found{port};
        return found ? c::outcome(open(*found), device) : code(EngineError::kPortClosed);
    });
}

// Starts an operation on an open device: `begin(device, operation)` makes the Win32 call.
template <class Begin>
iocp4j_error start(iocp4j_key device, Opcode opcode, uint64_t token, uint32_t milliseconds, iocp4j_operation* operation,
                   Begin&& begin) noexcept {
    Share<Device> found{device};
    if (!found) {
        return code(EngineError::kDeviceClosed);
    }
    Device& target = *found;
    const auto timeout = milliseconds == IOCP4J_FOREVER ? Operations::kForEver : Operations::Timeout{milliseconds};
    return c::outcome(target.port().operations().submit(std::move(found), opcode, token, Pins{}, timeout,
                                                        [&](Operation& begun) { return begin(target, begun); }),
                      operation);
}

}  // namespace

iocp4j_error iocp4j_serve_pipe(iocp4j_key port, const iocp4j_pipe_server_settings* settings, iocp4j_key* server) {
    if (settings == nullptr || !valid(*settings)) {
        return ERROR_INVALID_PARAMETER;
    }
    return openOn(port, server, [&](CompletionPort& found) {
        auto opened = NamedPipeServer::open(found, settingsOf(*settings));
        if (opened) {
            const Share<Device> share{*opened};
            const auto error = share ? static_cast<NamedPipeServer&>(*share).listen() : code(EngineError::kPortClosed);
            if (error != ERROR_SUCCESS) {
                Device::close(*opened);
                return win32::Result<Device::Key>::failure(error);
            }
        }
        return opened;
    });
}

iocp4j_error iocp4j_connect_pipe(iocp4j_key port, const wchar_t* name, int messages, uint32_t milliseconds,
                                 iocp4j_key* pipe) {
    if (name == nullptr || pipe == nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    if (!isPipeName(name)) {
        return ERROR_INVALID_NAME;
    }
    return c::guarded([&] {
        NamedPipeClientSettings settings;
        settings.name = name;
        settings.readMessages = messages != 0;
        // Not openOn(), because a wait for a busy pipe must not hold a share of the port.
        return c::outcome(connectNamedPipe(port, std::move(settings), std::chrono::milliseconds{milliseconds}), pipe);
    });
}

iocp4j_error iocp4j_open_file(iocp4j_key port, const wchar_t* path, uint32_t access, uint32_t share,
                              uint32_t disposition, uint32_t flags, iocp4j_key* file) {
    if (path == nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    return openOn(port, file, [&](CompletionPort& found) {
        return OverlappedFile::open(found, {path, access, share, disposition, flags});
    });
}

iocp4j_error iocp4j_adopt(iocp4j_key port, void* handle, int own, iocp4j_key* device) {
    // win32::Handle treats either value as empty, and CreateIoCompletionPort would create a new port for
    // INVALID_HANDLE_VALUE.
    if (handle == nullptr || handle == INVALID_HANDLE_VALUE) {
        return ERROR_INVALID_HANDLE;
    }
    return openOn(port, device, [&](CompletionPort& found) {
        return AdoptedDevice::adopt(found, handle,
                                    own != 0 ? AdoptedDevice::Ownership::kPassed : AdoptedDevice::Ownership::kKept);
    });
}

iocp4j_error iocp4j_read(iocp4j_key device, void* buffer, uint32_t length, uint64_t position, uint64_t token,
                         uint32_t milliseconds, iocp4j_operation* operation) {
    return start(device, Opcode::kRead, token, milliseconds, operation, [&](Device& target, Operation& begun) {
        begun.setPosition(position);
        return target.read(begun, buffer, length);
    });
}

iocp4j_error iocp4j_write(iocp4j_key device, const void* buffer, uint32_t length, uint64_t position, uint64_t token,
                          uint32_t milliseconds, iocp4j_operation* operation) {
    return start(device, Opcode::kWrite, token, milliseconds, operation, [&](Device& target, Operation& begun) {
        begun.setPosition(position);
        return target.write(begun, buffer, length);
    });
}

int iocp4j_cancel(iocp4j_key device, iocp4j_operation operation) {
    const Share<Device> found{device};
    return found && found->port().operations().cancel(*found, operation);
}

int iocp4j_close(iocp4j_key device, uint32_t milliseconds) {
    bool ended = false;
    c::guarded([&] {
        Device::close(device);
        ended = Device::awaitClosed(device, NoWaitScope::deadlineIn(std::chrono::milliseconds{milliseconds}));
        return iocp4j_error{0};
    });
    return ended;
}
