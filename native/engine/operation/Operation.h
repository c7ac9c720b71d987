#pragma once

#include <windows.h>

#include <atomic>

#include "engine/operation/CompletionRecord.h"
#include "engine/operation/Deadlines.h"
#include "engine/operation/Pins.h"
#include "engine/operation/Rendezvous.h"

namespace iocp4j {

class Target;

// One request in flight. The kernel owns the OVERLAPPED from the starting call until the packet is dequeued.
// `rendezvous` decides which thread may use the other fields.
//
// Two cache lines, so that workers which finish neighbouring operations share no line.
struct alignas(128) Operation : OVERLAPPED, Deadlines::Entry {
    Operation() noexcept : OVERLAPPED{} {}

    Rendezvous rendezvous;
    std::atomic<Target*> target{nullptr};  // kept by a share; nullptr for a posted packet
    CompletionRecord record{};             // for the listener; until retire() its key is the packet key
    Pins pins;                             // keep the caller's buffers alive
    Operation* next = nullptr;             // in the list of deferred or of overdue operations

    // Sets the position for a device that has positions, such as a file.
    void setPosition(std::uint64_t position) noexcept {
        Offset = static_cast<DWORD>(position);
        OffsetHigh = static_cast<DWORD>(position >> 32);
    }
};

static_assert(sizeof(Operation) == 128);

}  // namespace iocp4j
