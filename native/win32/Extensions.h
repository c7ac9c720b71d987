#pragma once

// The first of the two wants to be first.
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

namespace iocp4j::win32::extensions {

// Winsock's functions that no DLL exports for everybody: each belongs to the provider of the socket that it is called
// on, and is asked of that socket each time (SIO_GET_EXTENSION_FUNCTION_POINTER), which takes no call of the kernel.
// Where a socket has none, they fail with what it said.

BOOL WINAPI acceptEx(SOCKET listener, SOCKET accepted, void* memory, DWORD firstLength, DWORD localLength,
                     DWORD remoteLength, DWORD* received, OVERLAPPED* overlapped);

// Writes nothing when there is no such function.
void WINAPI getAcceptExSockaddrs(SOCKET accepted, void* memory, DWORD firstLength, DWORD localLength,
                                 DWORD remoteLength, sockaddr** local, int* localActual, sockaddr** remote,
                                 int* remoteActual);

BOOL WINAPI connectEx(SOCKET socket, const sockaddr* remote, int length, void* data, DWORD dataLength, DWORD* sent,
                      OVERLAPPED* overlapped);

BOOL WINAPI disconnectEx(SOCKET socket, OVERLAPPED* overlapped, DWORD flags, DWORD reserved);

// The last but one argument is a TRANSMIT_FILE_BUFFERS*, which is declared in a header that not everybody has.
BOOL WINAPI transmitFile(SOCKET socket, HANDLE file, DWORD length, DWORD perSend, OVERLAPPED* overlapped, void* buffers,
                         DWORD flags);

}  // namespace iocp4j::win32::extensions
