#pragma once

// winsock2.h must come before windows.h.
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

#include "win32/ConsoleRead.h"
#include "win32/Extensions.h"
#include "win32/PacketReserve.h"
#include "win32/PipeHolder.h"
#include "win32/PipeWaitCall.h"

namespace iocp4j::win32 {

// The Win32 calls that the core makes for I/O and its memory, in one table, so that a test can make any of them fail,
// return late or transfer less. Only tests write to it.
struct Calls {
    decltype(&::VirtualAlloc) virtualAlloc = &::VirtualAlloc;
    decltype(&::VirtualFree) virtualFree = &::VirtualFree;
    decltype(&::CreateIoCompletionPort) createIoCompletionPort = &::CreateIoCompletionPort;
    decltype(&::PostQueuedCompletionStatus) postQueuedCompletionStatus = &::PostQueuedCompletionStatus;
    decltype(&win32::allocatePacketReserve) allocatePacketReserve = &win32::allocatePacketReserve;
    decltype(&win32::postReservedPacket) postReservedPacket = &win32::postReservedPacket;
    decltype(&::GetQueuedCompletionStatus) getQueuedCompletionStatus = &::GetQueuedCompletionStatus;
    decltype(&::GetQueuedCompletionStatusEx) getQueuedCompletionStatusEx = &::GetQueuedCompletionStatusEx;
    decltype(&::CreateEventW) createEvent = &::CreateEventW;
    decltype(&::WaitForSingleObject) waitForSingleObject = &::WaitForSingleObject;
    decltype(&::CancelIoEx) cancelIoEx = &::CancelIoEx;
    decltype(&::SetFileCompletionNotificationModes) setFileCompletionNotificationModes =
        &::SetFileCompletionNotificationModes;
    decltype(&::CloseHandle) closeHandle = &::CloseHandle;
    decltype(&::closesocket) closeSocket = &::closesocket;
    decltype(&::ReadFile) readFile = &::ReadFile;
    decltype(&::WriteFile) writeFile = &::WriteFile;
    decltype(&::ReadFileEx) readFileEx = &::ReadFileEx;
    decltype(&::WriteFileEx) writeFileEx = &::WriteFileEx;
    decltype(&::GetOverlappedResult) getOverlappedResult = &::GetOverlappedResult;
    decltype(&::CreateFileW) createFile = &::CreateFileW;
    decltype(&::ReOpenFile) reOpenFile = &::ReOpenFile;
    decltype(&::DuplicateHandle) duplicateHandle = &::DuplicateHandle;
    decltype(&::ReadFileScatter) readFileScatter = &::ReadFileScatter;
    decltype(&::WriteFileGather) writeFileGather = &::WriteFileGather;
    decltype(&::LockFileEx) lockFileEx = &::LockFileEx;
    decltype(&::UnlockFileEx) unlockFileEx = &::UnlockFileEx;
    decltype(&::FlushFileBuffers) flushFileBuffers = &::FlushFileBuffers;
    decltype(&::GetFileInformationByHandleEx) getFileInformationByHandleEx = &::GetFileInformationByHandleEx;
    decltype(&::SetFileInformationByHandle) setFileInformationByHandle = &::SetFileInformationByHandle;
    decltype(&::DeviceIoControl) deviceIoControl = &::DeviceIoControl;
    decltype(&::CreateNamedPipeW) createNamedPipe = &::CreateNamedPipeW;
    decltype(&win32::createPipeHolder) createPipeHolder = &win32::createPipeHolder;
    decltype(&::ConnectNamedPipe) connectNamedPipe = &::ConnectNamedPipe;
    decltype(&::WaitNamedPipeW) waitNamedPipe = &::WaitNamedPipeW;
    decltype(&win32::startPipeWait) startPipeWait = &win32::startPipeWait;
    decltype(&::SetNamedPipeHandleState) setNamedPipeHandleState = &::SetNamedPipeHandleState;
    decltype(&::TransactNamedPipe) transactNamedPipe = &::TransactNamedPipe;
    decltype(&::PeekNamedPipe) peekNamedPipe = &::PeekNamedPipe;
    decltype(&::DisconnectNamedPipe) disconnectNamedPipe = &::DisconnectNamedPipe;
    decltype(&::WSASocketW) wsaSocket = &::WSASocketW;
    decltype(&::bind) bind = &::bind;
    decltype(&::listen) listen = &::listen;
    decltype(&::connect) connect = &::connect;
    decltype(&::shutdown) shutdown = &::shutdown;
    decltype(&::setsockopt) setSockOpt = &::setsockopt;
    decltype(&::getsockopt) getSockOpt = &::getsockopt;
    decltype(&::getsockname) getSockName = &::getsockname;
    decltype(&::getpeername) getPeerName = &::getpeername;
    decltype(&::WSAIoctl) wsaIoctl = &::WSAIoctl;
    decltype(&::ioctlsocket) ioctlSocket = &::ioctlsocket;
    decltype(&::WSAEventSelect) wsaEventSelect = &::WSAEventSelect;
    decltype(&::WSAEnumNetworkEvents) wsaEnumNetworkEvents = &::WSAEnumNetworkEvents;
    decltype(&::WSARecv) wsaRecv = &::WSARecv;
    decltype(&::WSASend) wsaSend = &::WSASend;
    decltype(&::WSARecvFrom) wsaRecvFrom = &::WSARecvFrom;
    decltype(&::WSASendTo) wsaSendTo = &::WSASendTo;
    decltype(&extensions::acceptEx) acceptEx = &extensions::acceptEx;
    decltype(&extensions::getAcceptExSockaddrs) getAcceptExSockaddrs = &extensions::getAcceptExSockaddrs;
    decltype(&extensions::connectEx) connectEx = &extensions::connectEx;
    decltype(&extensions::disconnectEx) disconnectEx = &extensions::disconnectEx;
    decltype(&extensions::transmitFile) transmitFile = &extensions::transmitFile;
    decltype(&::CreateMailslotW) createMailslot = &::CreateMailslotW;
    decltype(&::GetMailslotInfo) getMailslotInfo = &::GetMailslotInfo;
    decltype(&::GetCommState) getCommState = &::GetCommState;
    decltype(&::SetCommState) setCommState = &::SetCommState;
    decltype(&::SetCommTimeouts) setCommTimeouts = &::SetCommTimeouts;
    decltype(&::SetCommMask) setCommMask = &::SetCommMask;
    decltype(&::WaitCommEvent) waitCommEvent = &::WaitCommEvent;
    decltype(&::EscapeCommFunction) escapeCommFunction = &::EscapeCommFunction;
    decltype(&::GetCommModemStatus) getCommModemStatus = &::GetCommModemStatus;
    decltype(&::PurgeComm) purgeComm = &::PurgeComm;
    decltype(&::ReadDirectoryChangesW) readDirectoryChanges = &::ReadDirectoryChangesW;
    decltype(&::CreateProcessW) createProcess = &::CreateProcessW;
    decltype(&::ResumeThread) resumeThread = &::ResumeThread;
    decltype(&::TerminateProcess) terminateProcess = &::TerminateProcess;
    decltype(&::GetExitCodeProcess) getExitCodeProcess = &::GetExitCodeProcess;
    decltype(&::CreateJobObjectW) createJobObject = &::CreateJobObjectW;
    decltype(&::SetInformationJobObject) setInformationJobObject = &::SetInformationJobObject;
    decltype(&::AssignProcessToJobObject) assignProcessToJobObject = &::AssignProcessToJobObject;
    decltype(&::TerminateJobObject) terminateJobObject = &::TerminateJobObject;
    decltype(&readConsoleInputAtOnce) readConsoleInput = &readConsoleInputAtOnce;
};

extern Calls calls;

// The error of a call that returns a BOOL, or ERROR_SUCCESS. Evaluate it directly after the call.
inline DWORD outcome(BOOL result) noexcept { return result ? ERROR_SUCCESS : ::GetLastError(); }

}  // namespace iocp4j::win32
