#pragma once

// winsock2.h must come before windows.h.
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

namespace iocp4j::win32::extensions {

// Winsock functions that no DLL exports. Each belongs to the provider of a socket. Therefore every call asks the socket
// for the function (SIO_GET_EXTENSION_FUNCTION_POINTER), which needs no call to the kernel. If the provider has no such
// function, the call fails with the error of that query.

BOOL WINAPI acceptEx(SOCKET listener, SOCKET accepted, void* memory, DWORD firstLength, DWORD localLength,
                     DWORD remoteLength, DWORD* received, OVERLAPPED* overlapped);

// Writes nothing if the provider has no such function.
void WINAPI getAcceptExSockaddrs(SOCKET accepted, void* memory, DWORD firstLength, DWORD localLength,
                                 DWORD remoteLength, sockaddr** local, int* localActual, sockaddr** remote,
                                 int* remoteActual);

BOOL WINAPI connectEx(SOCKET socket, const sockaddr* remote, int length, void* data, DWORD dataLength, DWORD* sent,
                      OVERLAPPED* overlapped);

BOOL WINAPI disconnectEx(SOCKET socket, OVERLAPPED* overlapped, DWORD flags, DWORD reserved);

// `buffers` is a TRANSMIT_FILE_BUFFERS*. It is a void* here, because not every SDK header declares that type.
BOOL WINAPI transmitFile(SOCKET socket, HANDLE file, DWORD length, DWORD perSend, OVERLAPPED* overlapped, void* buffers,
                         DWORD flags);

}  // namespace iocp4j::win32::extensions
