#pragma once

#include <windows.h>

#include <atomic>

#include "engine/operation/CompletionRecord.h"
#include "engine/operation/Deadlines.h"
#include "engine/operation/Pins.h"
#include "engine/operation/Rendezvous.h"

namespace iocp4j {

class Target;

// One request in flight. The kernel owns the OVERLAPPED from the call that starts the operation until its packet is
// dequeued; `rendezvous` says who may touch the rest.
//
// Two cache lines: workers that finish neighbouring operations do not share any.
struct alignas(128) Operation : OVERLAPPED, Deadlines::Entry {
    Operation() noexcept : OVERLAPPED{} {}

    Rendezvous rendezvous;
    std::atomic<Target*> target{nullptr};  // kept open by this operation; nullptr for a posted packet
    CompletionRecord record{};             // what the listener will see; until then its key is that of the packet
    Pins pins;                             // keep the caller's buffers alive
    Operation* next = nullptr;             // in a list of those that could not be posted, or whose time is up

    // Where a device that has positions reads or writes.
    void setPosition(std::uint64_t position) noexcept {
        Offset = static_cast<DWORD>(position);
        OffsetHigh = static_cast<DWORD>(position >> 32);
    }
};

static_assert(sizeof(Operation) == 128);

}  // namespace iocp4j
