#include "win32/PipeInstances.h"

#include <winternl.h>

#include <array>
#include <utility>

#include "win32/Calls.h"

namespace iocp4j::win32 {

namespace {

Result<Handle> create(const PipeShape& shape, DWORD flags, SECURITY_ATTRIBUTES& security) noexcept {
    Handle instance{calls.createNamedPipe(shape.name.c_str(), shape.openMode | flags, shape.pipeMode,
                                          PIPE_UNLIMITED_INSTANCES, shape.outBuffer, shape.inBuffer, 0, &security)};
    if (!instance) {
        return Result<Handle>::failure(::GetLastError());
    }
    return instance;
}

// For a system on which clients can connect to an instance without access (Quirks::holdersTakeClients). The holder is
// an ordinary instance, which this function occupies with a client of its own. If another client connects first, that
// instance is kept for it, and the next one is tried.
Result<OwnedPipe> createOccupiedPipe(const PipeShape& shape, SECURITY_ATTRIBUTES& security) {
    OwnedPipe pipe;
    for (DWORD flags = FILE_FLAG_FIRST_PIPE_INSTANCE;; flags = 0) {
        auto instance = create(shape, flags, security);
        if (!instance) {
            return Result<OwnedPipe>::failure(instance.error());
        }
        const Handle client{calls.createFile(shape.name.c_str(), 0, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
        if (client) {
            pipe.holder = std::move(*instance);
            return pipe;
        }
        if (::GetLastError() != ERROR_PIPE_BUSY) {
            return Result<OwnedPipe>::failure(::GetLastError());
        }
        pipe.instances.push_back(std::move(*instance));
    }
}

Result<OwnedPipe> createHeldPipe(const PipeShape& shape, SECURITY_ATTRIBUTES& security) {
    OwnedPipe pipe;
    pipe.holder = Handle{calls.createPipeHolder(shape.name.c_str(), shape.openMode, shape.pipeMode, shape.outBuffer,
                                                shape.inBuffer, &security)};
    if (pipe.holder) {
        return pipe;
    }
    const DWORD error = ::GetLastError();
    return error == ERROR_CALL_NOT_IMPLEMENTED ? createOccupiedPipe(shape, security)
                                               : Result<OwnedPipe>::failure(error);
}

}  // namespace

Result<OwnedPipe> createPipe(const PipeShape& shape, SECURITY_ATTRIBUTES& security) {
    auto pipe = createHeldPipe(shape, security);
    if (pipe && pipe->instances.empty()) {
        auto first = createInstance(shape, security);
        if (!first) {
            return Result<OwnedPipe>::failure(first.error());
        }
        pipe->instances.push_back(std::move(*first));
    }
    return pipe;
}

Result<Handle> createInstance(const PipeShape& shape, SECURITY_ATTRIBUTES& security) noexcept {
    return create(shape, 0, security);
}

namespace {

// As FILE_PIPE_..._STATE, or 0 if the handle is not an instance's.
ULONG stateOf(HANDLE instance) noexcept {
    // FILE_PIPE_LOCAL_INFORMATION and its class, which only the driver kit declares.
    constexpr int kFilePipeLocalInformation = 24;
    constexpr std::size_t kState = 8;
    std::array<ULONG, 10> information{};
    IO_STATUS_BLOCK block{};
    const NTSTATUS status = ::NtQueryInformationFile(instance, &block, information.data(), sizeof(information),
                                                     static_cast<FILE_INFORMATION_CLASS>(kFilePipeLocalInformation));
    return status >= 0 ? information[kState] : 0;
}

}  // namespace

bool isListening(HANDLE instance) noexcept {
    constexpr ULONG kListening = 2;
    return stateOf(instance) == kListening;
}

bool hasClient(HANDLE instance) noexcept {
    constexpr ULONG kConnected = 3;
    constexpr ULONG kClosing = 4;  // the client has gone, and its data may be unread
    const ULONG state = stateOf(instance);
    return state == kConnected || state == kClosing;
}

}  // namespace iocp4j::win32
