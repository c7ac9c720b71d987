#pragma once

// The first of the two wants to be first.
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

namespace iocp4j::win32 {

// The Win32 calls through which the core does I/O, in one table, so that a test can make any of them fail, come late
// or come short. Nobody else writes to it.
struct Calls {
    decltype(&::CreateIoCompletionPort) createIoCompletionPort = &::CreateIoCompletionPort;
    decltype(&::PostQueuedCompletionStatus) postQueuedCompletionStatus = &::PostQueuedCompletionStatus;
    decltype(&::GetQueuedCompletionStatus) getQueuedCompletionStatus = &::GetQueuedCompletionStatus;
    decltype(&::GetQueuedCompletionStatusEx) getQueuedCompletionStatusEx = &::GetQueuedCompletionStatusEx;
    decltype(&::CancelIoEx) cancelIoEx = &::CancelIoEx;
    decltype(&::CloseHandle) closeHandle = &::CloseHandle;
    decltype(&::closesocket) closeSocket = &::closesocket;
    decltype(&::ReadFile) readFile = &::ReadFile;
    decltype(&::WriteFile) writeFile = &::WriteFile;
    decltype(&::CreateFileW) createFile = &::CreateFileW;
    decltype(&::CreateNamedPipeW) createNamedPipe = &::CreateNamedPipeW;
    decltype(&::ConnectNamedPipe) connectNamedPipe = &::ConnectNamedPipe;
    decltype(&::WaitNamedPipeW) waitNamedPipe = &::WaitNamedPipeW;
    decltype(&::SetNamedPipeHandleState) setNamedPipeHandleState = &::SetNamedPipeHandleState;
    decltype(&::ReadDirectoryChangesW) readDirectoryChanges = &::ReadDirectoryChangesW;
};

extern Calls calls;

}  // namespace iocp4j::win32
