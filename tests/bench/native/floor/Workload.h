#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace iocp4j::bench {

// What one run has done.
struct Run {
    std::uint64_t operations;
    double seconds;
    std::vector<std::chrono::nanoseconds> latencies{};  // of what was offered, of round trips, or of writes
};

// One contestant's part in a benchmark. It is made ready once and then run several times.
class Workload {
public:
    virtual ~Workload() = default;

    // Where a server can be reached; empty for what is no server.
    virtual std::string address() const { return {}; }

    // Operates for about that long, lets all that is in flight come home, and tells how much that was. What a server
    // does is counted by its clients.
    virtual Run run(std::chrono::milliseconds length) = 0;

    // Works for about that long as far as there is something to do, which comes at a steady rate. Only clients can be
    // offered something.
    virtual Run offer(std::chrono::milliseconds, double /*perSecond*/) {
        throw std::logic_error{"There are no clients that could be offered something"};
    }
};

// What the command line says.
struct Arguments {
    unsigned threads;  // that dequeue
    std::vector<std::string> values;

    const std::string& at(std::size_t index) const { return values.at(index); }
};

std::unique_ptr<Workload> postedPackets(const Arguments& arguments);
std::unique_ptr<Workload> fileCopy(const Arguments& arguments);
std::unique_ptr<Workload> fileReads(const Arguments& arguments);
std::unique_ptr<Workload> openClose(const Arguments& arguments);
std::unique_ptr<Workload> socketEcho(const Arguments& arguments);
std::unique_ptr<Workload> pipeEcho(const Arguments& arguments);
std::unique_ptr<Workload> pipeClients(const Arguments& arguments);
std::unique_ptr<Workload> syelogSink(const Arguments& arguments);
std::unique_ptr<Workload> syelogClients(const Arguments& arguments);

// Thrown by a workload that cannot go on; the message names the Win32 call and its error.
class CallFailed : public std::runtime_error {
public:
    explicit CallFailed(const std::string& call);
};

}  // namespace iocp4j::bench
