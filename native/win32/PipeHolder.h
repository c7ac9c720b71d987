#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Makes a pipe with an instance that holds its name and to which no client can connect: CreateNamedPipe's parameters,
// but without the right to read or write, which only NtCreateNamedPipeFile can leave out. The file system disconnects
// such an instance from the start.
//
// INVALID_HANDLE_VALUE and ERROR_ACCESS_DENIED where the pipe exists; ERROR_CALL_NOT_IMPLEMENTED where clients would
// be connected to such an instance (Quirks::holdersTakeClients).
HANDLE WINAPI createPipeHolder(const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                               SECURITY_ATTRIBUTES* security);

// The same, whatever happens to clients.
HANDLE createPipeWithoutAccess(const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                               SECURITY_ATTRIBUTES* security) noexcept;

}  // namespace iocp4j::win32
