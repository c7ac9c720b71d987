#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace iocp4j::bench {

// The result of one run.
struct Run {
    std::uint64_t operations;
    double seconds;
    std::vector<std::chrono::nanoseconds> latencies{};  // of offered operations, round trips or writes
};

// The workload of one contestant. Created once and run several times.
class Workload {
public:
    virtual ~Workload() = default;

    // The address of a server; empty for other workloads.
    virtual std::string address() const { return {}; }

    // Runs for about that long, waits for all operations in flight, and returns the result. Clients count what a server
    // does.
    virtual Run run(std::chrono::milliseconds length) = 0;

    // Runs for about that long with a steady rate of operations. Only clients support this.
    virtual Run offer(std::chrono::milliseconds, double /*perSecond*/) {
        throw std::logic_error{"Only clients can run at a steady rate"};
    }
};

// The command line.
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

// A Win32 call has failed. The message has its name and the error.
class CallFailed : public std::runtime_error {
public:
    explicit CallFailed(const std::string& call);
};

}  // namespace iocp4j::bench
