#pragma once

#include <windows.h>

namespace iocp4j::win32 {

// Creates a pipe with an instance that keeps its name and to which no client can connect. The parameters are those of
// CreateNamedPipe, but the handle has no right to read or write, which only NtCreateNamedPipeFile allows. The file
// system disconnects such an instance from the start.
//
// Returns INVALID_HANDLE_VALUE with ERROR_ACCESS_DENIED if the pipe exists, or with ERROR_CALL_NOT_IMPLEMENTED if
// clients can connect to such an instance (Quirks::holdersTakeClients).
HANDLE WINAPI createPipeHolder(const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                               SECURITY_ATTRIBUTES* security);

// The same without the check of the quirk.
HANDLE createPipeWithoutAccess(const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD outBuffer, DWORD inBuffer,
                               SECURITY_ATTRIBUTES* security) noexcept;

}  // namespace iocp4j::win32
