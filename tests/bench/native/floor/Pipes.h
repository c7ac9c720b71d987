#pragma once

#include <windows.h>

#include <string>

#include "Port.h"

namespace iocp4j::bench {

// Creates an instance of the pipe. `openMode` has its direction, `pipeMode` message or byte mode.
HANDLE createPipe(const std::string& name, DWORD openMode, DWORD pipeMode, DWORD inBuffer, DWORD outBuffer);

// Starts to wait for the client of an instance that is bound to the port. A packet follows in every case.
void awaitClient(Port& port, HANDLE pipe, OVERLAPPED& overlapped);

// Opens a client's end of the pipe, for overlapped calls.
HANDLE connectTo(const std::string& name, DWORD access);

}  // namespace iocp4j::bench
