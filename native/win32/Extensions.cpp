#include "win32/Extensions.h"

#include <mswsock.h>

#include "win32/Calls.h"

namespace iocp4j::win32::extensions {

namespace {

template <class Function>
Function find(SOCKET socket, GUID id) noexcept {
    Function function = nullptr;
    DWORD length = 0;
    const int result = calls.wsaIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &function,
                                      sizeof(function), &length, nullptr, nullptr);
    return result == 0 ? function : nullptr;
}

}  // namespace

BOOL WINAPI acceptEx(SOCKET listener, SOCKET accepted, void* memory, DWORD firstLength, DWORD localLength,
                     DWORD remoteLength, DWORD* received, OVERLAPPED* overlapped) {
    const auto function = find<LPFN_ACCEPTEX>(listener, WSAID_ACCEPTEX);
    return function != nullptr &&
           function(listener, accepted, memory, firstLength, localLength, remoteLength, received, overlapped);
}

void WINAPI getAcceptExSockaddrs(SOCKET accepted, void* memory, DWORD firstLength, DWORD localLength,
                                 DWORD remoteLength, sockaddr** local, int* localActual, sockaddr** remote,
                                 int* remoteActual) {
    const auto function = find<LPFN_GETACCEPTEXSOCKADDRS>(accepted, WSAID_GETACCEPTEXSOCKADDRS);
    if (function != nullptr) {
        function(memory, firstLength, localLength, remoteLength, local, localActual, remote, remoteActual);
    }
}

BOOL WINAPI connectEx(SOCKET socket, const sockaddr* remote, int length, void* data, DWORD dataLength, DWORD* sent,
                      OVERLAPPED* overlapped) {
    const auto function = find<LPFN_CONNECTEX>(socket, WSAID_CONNECTEX);
    return function != nullptr && function(socket, remote, length, data, dataLength, sent, overlapped);
}

BOOL WINAPI disconnectEx(SOCKET socket, OVERLAPPED* overlapped, DWORD flags, DWORD reserved) {
    const auto function = find<LPFN_DISCONNECTEX>(socket, WSAID_DISCONNECTEX);
    return function != nullptr && function(socket, overlapped, flags, reserved);
}

BOOL WINAPI transmitFile(SOCKET socket, HANDLE file, DWORD length, DWORD perSend, OVERLAPPED* overlapped, void* buffers,
                         DWORD flags) {
    const auto function = find<LPFN_TRANSMITFILE>(socket, WSAID_TRANSMITFILE);
    return function != nullptr &&
           function(socket, file, length, perSend, overlapped, static_cast<TRANSMIT_FILE_BUFFERS*>(buffers), flags);
}

}  // namespace iocp4j::win32::extensions
