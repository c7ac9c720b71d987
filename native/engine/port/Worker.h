#pragma once

#include "engine/port/Drain.h"

namespace iocp4j {

// One thread of a port's pool: drains the port and hands what comes to the sink.
class Worker {
public:
    Worker(CompletionPort& port, unsigned index, Drain& drain) noexcept;

    // The thread's body, until the exit packet.
    void run() noexcept;

private:
    void deliver() noexcept;

    CompletionPort& port_;
    const unsigned index_;
    Drain& drain_;
};

}  // namespace iocp4j
