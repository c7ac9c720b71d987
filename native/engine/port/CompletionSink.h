#pragma once

#include <cstdint>
#include <span>

#include "engine/operation/CompletionRecord.h"
#include "engine/operation/Pins.h"

namespace iocp4j {

// Where completions leave the engine. Each worker calls on its own thread, several at once.
class CompletionSink {
public:
    virtual ~CompletionSink() = default;

    // The worker begins; all its records will lie in this memory. Returning false ends the worker.
    virtual bool workerStarted(unsigned worker, std::span<CompletionRecord> memory) noexcept = 0;

    // One batch, never empty.
    virtual void deliver(unsigned worker, std::span<const CompletionRecord> records) noexcept = 0;

    // The worker ends; nothing follows from it.
    virtual void workerStopped(unsigned worker) noexcept = 0;

    // The kernel is through with the buffers that an operation kept alive with these pins, of which there is one at
    // least. Called on the thread that has dequeued the packet.
    virtual void unpin(Pins pins) noexcept = 0;

    // Other code has closed the handle of the kernel's port, as a call on it has said by that error. Called once, by a
    // worker or by a poll.
    virtual void portLost(std::uint32_t error) noexcept = 0;

    // Nothing more comes from this device. Called on any thread.
    virtual void deviceClosed(std::uint64_t key) noexcept = 0;
};

}  // namespace iocp4j
