#pragma once

#include <windows.h>

#include <string>
#include <vector>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// Properties that all instances of a pipe share. The number of instances is unlimited for the kernel.
struct PipeShape {
    std::wstring name;
    DWORD openMode;  // PIPE_ACCESS_... and FILE_FLAG_...
    DWORD pipeMode;  // PIPE_TYPE_..., PIPE_READMODE_..., PIPE_..._REMOTE_CLIENTS
    DWORD outBuffer;
    DWORD inBuffer;
};

// A new pipe. This process keeps the name while the holder or an instance is open.
struct OwnedPipe {
    Handle holder;                  // no client can connect to it
    std::vector<Handle> instances;  // at least one; clients may already be connected
};

// Fails with ERROR_ACCESS_DENIED if the pipe exists.
Result<OwnedPipe> createPipe(const PipeShape& shape, SECURITY_ATTRIBUTES& security);

// Creates another instance of the pipe with that name (CreateNamedPipe). It is this process's pipe while the holder is
// open.
Result<Handle> createInstance(const PipeShape& shape, SECURITY_ATTRIBUTES& security) noexcept;

// Both functions return false for an instance that the server can only write to, because its handle does not include
// the right to ask (FilePipeLocalInformation).

// Returns true if no client is connected to the instance, or has been.
bool isListening(HANDLE instance) noexcept;

// Returns true if a client is connected to the instance, or has gone without being disconnected.
bool hasClient(HANDLE instance) noexcept;

}  // namespace iocp4j::win32
