#pragma once

#include <windows.h>

#include <string>

#include "Port.h"

namespace iocp4j::bench {

// Another instance of the pipe with that name: `openMode` says which way it goes, `pipeMode` whether it has messages.
HANDLE createPipe(const std::string& name, DWORD openMode, DWORD pipeMode, DWORD inBuffer, DWORD outBuffer);

// Lets an instance that is on the port wait for its client. In any case a packet tells when there is one.
void awaitClient(Port& port, HANDLE pipe, OVERLAPPED& overlapped);

// A client's end of the pipe with that name, for overlapped calls.
HANDLE connectTo(const std::string& name, DWORD access);

}  // namespace iocp4j::bench
