#include "Port.h"

namespace iocp4j::bench {

// A worker of iocp4j asks for as many by default: its share of 256.
std::size_t Port::slots() {
    SYSTEM_INFO system;
    ::GetSystemInfo(&system);
    return std::max(256 / static_cast<std::size_t>(system.dwNumberOfProcessors), std::size_t{8});
}

Port::Port() : port_(::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 0)) {
    if (port_ == nullptr) {
        throw CallFailed{"CreateIoCompletionPort"};
    }
}

Port::~Port() { ::CloseHandle(port_); }

void Port::add(HANDLE device, ULONG_PTR key, bool completesInline) {
    if (::CreateIoCompletionPort(device, port_, key, 0) == nullptr) {
        throw CallFailed{"CreateIoCompletionPort"};
    }
    if (completesInline && !::SetFileCompletionNotificationModes(
                               device, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE)) {
        throw CallFailed{"SetFileCompletionNotificationModes"};
    }
}

void Port::post(ULONG_PTR key, OVERLAPPED* overlapped) {
    if (!::PostQueuedCompletionStatus(port_, 0, key, overlapped)) {
        throw CallFailed{"PostQueuedCompletionStatus"};
    }
}

void Port::postExits(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
        post(kExit);
    }
}

std::span<const OVERLAPPED_ENTRY> Port::dequeue(std::span<OVERLAPPED_ENTRY> entries) {
    ULONG count = 0;
    if (!::GetQueuedCompletionStatusEx(port_, entries.data(), static_cast<ULONG>(entries.size()), &count, INFINITE,
                                       FALSE)) {
        throw CallFailed{"GetQueuedCompletionStatusEx"};
    }
    return entries.first(count);
}

}  // namespace iocp4j::bench
