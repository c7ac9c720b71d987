#pragma once

// The part of Winsock that win32/Calls.h needs.
#include <windows.h>

struct sockaddr;
struct WSABUF;
struct WSAPROTOCOL_INFOW;
using LPWSAOVERLAPPED_COMPLETION_ROUTINE = void (*)(DWORD, DWORD, OVERLAPPED*, DWORD);

constexpr int SOCKET_ERROR = -1;
inline int socketNotImplemented() noexcept { return notImplemented(), SOCKET_ERROR; }

inline SOCKET WSASocketW(int, int, int, WSAPROTOCOL_INFOW*, unsigned, DWORD) { return notImplemented(), ~SOCKET{0}; }
inline int bind(SOCKET, const sockaddr*, int) { return socketNotImplemented(); }
inline int listen(SOCKET, int) { return socketNotImplemented(); }
inline int connect(SOCKET, const sockaddr*, int) { return socketNotImplemented(); }
inline int shutdown(SOCKET, int) { return socketNotImplemented(); }
inline int setsockopt(SOCKET, int, int, const char*, int) { return socketNotImplemented(); }
inline int getsockopt(SOCKET, int, int, char*, int*) { return socketNotImplemented(); }
inline int getsockname(SOCKET, sockaddr*, int*) { return socketNotImplemented(); }
inline int getpeername(SOCKET, sockaddr*, int*) { return socketNotImplemented(); }
inline int WSAIoctl(SOCKET, DWORD, void*, DWORD, void*, DWORD, DWORD*, OVERLAPPED*,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
    return socketNotImplemented();
}
struct WSANETWORKEVENTS;
inline int ioctlsocket(SOCKET, long, unsigned long*) { return socketNotImplemented(); }
inline int WSAEventSelect(SOCKET, HANDLE, long) { return socketNotImplemented(); }
inline int WSAEnumNetworkEvents(SOCKET, HANDLE, WSANETWORKEVENTS*) { return socketNotImplemented(); }
inline int WSARecv(SOCKET, WSABUF*, DWORD, DWORD*, DWORD*, OVERLAPPED*, LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
    return socketNotImplemented();
}
inline int WSASend(SOCKET, WSABUF*, DWORD, DWORD*, DWORD, OVERLAPPED*, LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
    return socketNotImplemented();
}
inline int WSARecvFrom(SOCKET, WSABUF*, DWORD, DWORD*, DWORD*, sockaddr*, int*, OVERLAPPED*,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
    return socketNotImplemented();
}
inline int WSASendTo(SOCKET, WSABUF*, DWORD, DWORD*, DWORD, const sockaddr*, int, OVERLAPPED*,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
    return socketNotImplemented();
}
