#pragma once

#include <windows.h>

#include <string>
#include <vector>

#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::win32 {

// What all instances of a pipe have in common. The kernel sets no limit to their number.
struct PipeShape {
    std::wstring name;
    DWORD openMode;  // PIPE_ACCESS_... and FILE_FLAG_...
    DWORD pipeMode;  // PIPE_TYPE_..., PIPE_READMODE_..., PIPE_..._REMOTE_CLIENTS
    DWORD outBuffer;
    DWORD inBuffer;
};

// A new pipe. The name is ours for as long as the holder or an instance is open.
struct OwnedPipe {
    Handle holder;                  // no client can connect to it
    std::vector<Handle> instances;  // at least one; clients may have connected already
};

// ERROR_ACCESS_DENIED where the pipe exists.
Result<OwnedPipe> createPipe(const PipeShape& shape, SECURITY_ATTRIBUTES& security);

// One more instance, of whichever pipe has the name (CreateNamedPipe): ours as long as its holder is open.
Result<Handle> createInstance(const PipeShape& shape, SECURITY_ATTRIBUTES& security) noexcept;

}  // namespace iocp4j::win32
