#pragma once

#include <cstdint>
#include <span>

#include "engine/operation/CompletionRecord.h"
#include "engine/operation/Pins.h"

namespace iocp4j {

// The interface through which completions leave the engine. Each worker calls it on its own thread, several at once.
class CompletionSink {
public:
    virtual ~CompletionSink() = default;

    // Called when a worker starts. All its records lie in `memory`. If this returns false, the worker ends.
    virtual bool workerStarted(unsigned worker, std::span<CompletionRecord> memory) noexcept = 0;

    // Delivers one batch, which is never empty.
    virtual void deliver(unsigned worker, std::span<const CompletionRecord> records) noexcept = 0;

    // Called when a worker ends, after its last batch.
    virtual void workerStopped(unsigned worker) noexcept = 0;

    // The kernel no longer uses the buffers of these pins. At least one pin is set. Called on the thread that has
    // dequeued the packet.
    virtual void unpin(Pins pins) noexcept = 0;

    // Other code has closed the handle of the kernel's port; `error` is that of the call that has failed. Called once,
    // by a worker or a poll.
    virtual void portLost(std::uint32_t error) noexcept = 0;

    // No completion of this device follows. Called on any thread.
    virtual void deviceClosed(std::uint64_t key) noexcept = 0;
};

}  // namespace iocp4j
