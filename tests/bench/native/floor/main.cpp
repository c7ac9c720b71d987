// The floor: the workloads of the benchmarks, with the same Win32 calls as iocp4j, but without Java.
//
// Reads commands from standard input, one per line, and prints answers, as contestants in Java do (Contestant.java):
//   at the start       ready ADDRESS
//   run MILLISECONDS   ops N seconds S
//   offer MILLISECONDS PER_SECOND
//                      ops N seconds S nanoseconds N...   latency of each operation; clients only
//   counters           none
// Ends at the end of its input.

#include <windows.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <string>

#include "Workload.h"

namespace iocp4j::bench {

namespace {

using Maker = std::unique_ptr<Workload> (*)(const Arguments&);

const std::map<std::string, Maker> kWorkloads{
    {"file-copy", fileCopy},       {"posted-packets", postedPackets}, {"file-reads", fileReads},
    {"open-close", openClose},     {"socket-echo", socketEcho},       {"pipe-echo", pipeEcho},
    {"pipe-clients", pipeClients}, {"syelog-sink", syelogSink},       {"syelog-clients", syelogClients},
};

unsigned threads(const char* text) {
    const unsigned long wanted = std::stoul(text);
    SYSTEM_INFO system;
    ::GetSystemInfo(&system);
    return static_cast<unsigned>(wanted > 0 ? wanted : 2 * system.dwNumberOfProcessors + 2);
}

void answer(const Run& run) {
    std::cout << "ops " << run.operations << " seconds " << run.seconds;
    if (!run.latencies.empty()) {
        std::cout << " nanoseconds";
        for (const std::chrono::nanoseconds latency : run.latencies) {
            std::cout << ' ' << latency.count();
        }
    }
    std::cout << std::endl;
}

int serve(Workload& workload) {
    std::cout << "ready " << workload.address() << std::endl;
    std::string command;
    while (std::cin >> command) {
        long milliseconds = 0;
        double perSecond = 0;
        if (command == "run" && std::cin >> milliseconds) {
            answer(workload.run(std::chrono::milliseconds{milliseconds}));
        } else if (command == "offer" && std::cin >> milliseconds >> perSecond) {
            answer(workload.offer(std::chrono::milliseconds{milliseconds}, perSecond));
        } else {
            std::cout << "none" << std::endl;
        }
    }
    std::cout.flush();
    // Ends the threads of servers, too.
    ::ExitProcess(0);
}

}  // namespace

CallFailed::CallFailed(const std::string& call)
    : std::runtime_error(call + ": error " + std::to_string(::GetLastError())) {}

}  // namespace iocp4j::bench

int main(int argc, char** argv) {
    using namespace iocp4j::bench;
    const auto found = argc > 2 ? kWorkloads.find(argv[2]) : kWorkloads.end();
    if (found == kWorkloads.end()) {
        std::fputs(
            "Usage: floor THREADS WORKLOAD ARGS\nTHREADS: how many dequeue; 0 for as many as iocp4j has by "
            "default\nWorkloads:\n",
            stderr);
        for (const auto& [name, maker] : kWorkloads) {
            std::fprintf(stderr, "  %s\n", name.c_str());
        }
        return 2;
    }
    try {
        return serve(*found->second(Arguments{threads(argv[1]), {argv + 3, argv + argc}}));
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "floor: %s\n", failed.what());
        return 1;
    }
}
