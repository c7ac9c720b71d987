#pragma once

#include "engine/port/CompletionSink.h"
#include "engine/port/Concurrency.h"
#include "engine/port/Drain.h"
#include "engine/port/Housekeeping.h"

namespace iocp4j {

// One thread of a port's pool. Drains the port and delivers the batches to the sink.
class Worker {
public:
    // May throw std::bad_alloc.
    Worker(unsigned index, Drain& drain, CompletionSink& sink, PortPackets& packets, Concurrency& concurrency,
           Housekeeping& housekeeping)
        : index_(index),
          drain_(drain),
          sink_(sink),
          packets_(packets),
          concurrency_(concurrency),
          member_(concurrency.add(drain)),
          housekeeping_(housekeeping) {}

    // The thread's function, until the exit packet. `started` gets false if the sink refuses the worker, which then
    // ends.
    template <class Started>
    void run(const Started& started) noexcept {
        const PortPackets::Draining here{packets_};
        const bool wanted = sink_.workerStarted(index_, drain_.memory());
        started(wanted);
        if (wanted) {
            drain();
            sink_.workerStopped(index_);
        }
    }

private:
    void drain() noexcept;

    const unsigned index_;
    Drain& drain_;
    CompletionSink& sink_;
    PortPackets& packets_;
    Concurrency& concurrency_;
    Concurrency::Member& member_;
    Housekeeping& housekeeping_;
};

}  // namespace iocp4j
