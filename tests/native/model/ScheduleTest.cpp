// Random schedules against a model: several threads use a port, its devices and its operations, on a kernel whose calls
// fail, come late or transfer less. The engine's guarantees are checked after each schedule.
//
// Each schedule is derived from one number, so that a failure can be repeated: IOCP4J_SEED is the number of the first
// schedule, IOCP4J_SCHEDULES the number of schedules, IOCP4J_REPEATS the number of runs of each. The interleaving of
// the threads is random.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "../fixtures/FineTimer.h"
#include "Simulation.h"

namespace iocp4j::model {
namespace {

using std::chrono::steady_clock;
using test::KernelCounters;

std::uint64_t fromEnvironment(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

TEST(ScheduleTest, KeepsEveryPromiseInEverySchedule) {
    const test::FineTimer timer;
    const auto schedules = fromEnvironment("IOCP4J_SCHEDULES", 10'000);
    const auto repeats = fromEnvironment("IOCP4J_REPEATS", 1);
    const auto now = static_cast<std::uint64_t>(steady_clock::now().time_since_epoch().count());
    const auto first = fromEnvironment("IOCP4J_SEED", now % 1'000'000'007);
    Simulation simulation{first};
    // Print it first, because the test may hang.
    std::printf("schedules %llu to %llu\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(first + schedules - 1));
    std::fflush(stdout);
    for (std::uint64_t i = 0; i < schedules * repeats; ++i) {
        const std::uint64_t seed = first + i / repeats;
        ASSERT_TRUE(simulation.run(seed)) << "To try it again, a thousand times: IOCP4J_SEED=" << seed
                                          << " IOCP4J_SCHEDULES=1 IOCP4J_REPEATS=1000" << simulation.violations();
    }
    const auto outcomes = [&](Attempt::Outcome outcome) {
        return simulation.outcomes[static_cast<std::size_t>(outcome)];
    };
    const KernelCounters& kernel = simulation.kernelCounters();
    using Figures = std::vector<std::pair<const char*, std::uint64_t>>;
    const Figures doings{
        {"ports opened", simulation.ports},
        {"operations accepted", outcomes(Attempt::Outcome::kAccepted)},
        {"operations refused", outcomes(Attempt::Outcome::kRefused)},
        {"completed inline", outcomes(Attempt::Outcome::kInline)},
        {"timed out", simulation.timedOut},
        {"cancelled", simulation.cancelled},
        {"ended by close", simulation.closed},
        {"cancelled as asked", kernel.cancelsObeyed},
        {"packets", kernel.packets},
    };
    const Figures faults{
        {"listener throws", simulation.throws},
        {"port cannot be had", simulation.portsRefused},
        {"CreateIoCompletionPort fails", kernel.failedCreations},
        {"PostQueuedCompletionStatus fails", kernel.failedPosts},
        {"dequeue fails", kernel.failedDequeues},
        {"dequeue times out over packets", kernel.idleTimeouts},
        {"dequeue is interrupted", kernel.interrupts},
        {"dequeue is cut short", kernel.shortDequeues},
        {"dequeue out of order", kernel.disorderlyDequeues},
        {"packet is late", kernel.latePackets},
        {"packet before the call returns", kernel.overtaken},
        {"packet of a call that failed", kernel.strays},
        {"call fails but its operation ended", kernel.failedAndEnded},
        {"packet that should be skipped", kernel.unskipped},
        {"packet is forged", kernel.forged},
        {"ReadFile, WriteFile fail", kernel.failedCalls},
        {"ReadFile, WriteFile are short", kernel.truncated},
        {"CancelIoEx fails", kernel.failedCancels},
        {"CancelIoEx takes its time", kernel.cancelsHesitant},
        {"CancelIoEx comes too late", kernel.cancelsTooLate},
        {"CancelIoEx does nothing", kernel.cancelsIgnored},
        {"CancelIoEx finds nothing", kernel.cancelsOfNothing},
        {"CloseHandle fails", kernel.failedCloses},
    };
    std::uint64_t allFaults = 0;
    for (const Figures& figures : {doings, faults}) {
        allFaults = 0;
        for (const auto& [name, value] : figures) {
            std::printf("%-34s %10llu\n", name, static_cast<unsigned long long>(value));
            EXPECT_TRUE(value > 0 || schedules < 10'000) << name << ": the schedules have missed that";
            allFaults += value;
        }
    }
    std::printf(
        "Figures: %llu schedules, seeds from %llu, %llu operations, %llu faults of %zu kinds\n",
        static_cast<unsigned long long>(schedules * repeats), static_cast<unsigned long long>(first),
        static_cast<unsigned long long>(outcomes(Attempt::Outcome::kAccepted) + outcomes(Attempt::Outcome::kRefused)),
        static_cast<unsigned long long>(allFaults), faults.size());
}

}  // namespace
}  // namespace iocp4j::model
