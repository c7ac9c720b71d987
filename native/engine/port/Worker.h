#pragma once

#include "engine/port/CompletionSink.h"
#include "engine/port/Drain.h"
#include "engine/port/Housekeeping.h"

namespace iocp4j {

// One thread of a port's pool: drains the port and hands what comes to the sink.
class Worker {
public:
    Worker(unsigned index, Drain& drain, CompletionSink& sink, PortPackets& packets,
           Housekeeping& housekeeping) noexcept
        : index_(index), drain_(drain), sink_(sink), packets_(packets), housekeeping_(housekeeping) {}

    // The thread's body, until the exit packet. First it says whether the sink wants the worker; if not, that is all.
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
    Housekeeping& housekeeping_;
};

}  // namespace iocp4j
