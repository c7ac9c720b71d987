#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "Crew.h"
#include "Player.h"
#include "World.h"

namespace iocp4j::model {

// Runs schedules on a simulated kernel, and checks the engine's guarantees after each.
class Simulation {
public:
    explicit Simulation(std::uint64_t firstSeed)
        : kernel_(std::chrono::milliseconds{4}, firstSeed),
          crew_([this](unsigned thread) { player_.drive(*world_, thread); }) {}

    ~Simulation() {
        if (stage_.port != 0) {
            closePort();
        }
    }

    // Returns false if a guarantee was violated.
    bool run(std::uint64_t seed) {
        const Schedule schedule{seed};
        if (stage_.port == 0) {
            openPort(seed);
        }
        ++number_;
        previous_ = std::move(world_);
        world_ = std::make_unique<World>(number_, schedule, stage_.ceiling);
        shown_ = world_.get();
        kernel_.weather.failingCreations = schedule.failingCreations;
        kernel_.weather.failingPosts = schedule.failingPosts;
        kernel_.weather.failingDequeues = schedule.failingDequeues;
        kernel_.weather.idleDequeues = schedule.idleDequeues;
        kernel_.weather.shortDequeues = schedule.shortDequeues;
        kernel_.weather.latePackets = schedule.latePackets;
        kernel_.weather.disorderlyDequeues = schedule.disorderlyDequeues;
        kernel_.weather.failingCancels = schedule.failingCancels;
        kernel_.weather.failingCloses = schedule.failingCloses;
        kernel_.weather.unskippedPackets = schedule.unskippedPackets;
        for (unsigned i = 0; i < schedule.openPipes; ++i) {
            player_.open(*world_, world_->pipes[i]);
        }
        crew_.begin();
        crew_.wait();
        if (!soon([&] { return !world_->waitsInVain(kernel_); })) {
            world_->violate("a request is pending although it was cancelled or its deadline has passed");
        }
        kernel_.weather.failingPosts = 0;
        kernel_.weather.failingDequeues = 0;
        for (Pipe& pipe : world_->pipes) {
            if (pipe.key != 0) {
                pipe.closeTried = true;
                Device::close(pipe.key);
            }
        }
        if (!soon([&] { return !world_->waitsInVain(kernel_); })) {
            world_->violate("a request is pending although its device is closed");
        }
        if (!calm([&] { return quiescent(); })) {
            world_->violate("the run does not become quiescent");
        }
        world_->judge();
        if (schedule.closesPort || number_ % 100 == 0) {
            closePort();
        } else {
            checkPort();
        }
        if (kernel_.violations != 0) {
            world_->violate("handles or operations were misused");
        }
        for (const Attempt& attempt : world_->attempts) {
            ++outcomes[static_cast<std::size_t>(attempt.outcome.load())];
            if (attempt.outcome == Attempt::Outcome::kAccepted) {
                timedOut += attempt.status == ERROR_TIMEOUT;
                cancelled += attempt.status == ERROR_OPERATION_ABORTED;
                closed += attempt.status == kHandlesClosed;
            }
        }
        return world_->violations().empty();
    }

    std::string violations() const { return world_->violations(); }
    const test::KernelCounters& kernelCounters() const { return kernel_.counters; }

    std::uint64_t outcomes[5]{};
    std::uint64_t timedOut = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t closed = 0;
    std::uint64_t ports = 0;
    std::uint64_t portsRefused = 0;
    std::atomic<std::uint64_t> throws{0};

private:
    class Sink final : public CompletionSink {
    public:
        explicit Sink(Simulation& simulation) noexcept : to_(simulation) {}
        ~Sink() override { to_.sinkEnded_ = true; }

        bool workerStarted(unsigned worker, std::span<CompletionRecord>) noexcept override {
            return worker != to_.refusedWorker_;
        }
        void workerStopped(unsigned) noexcept override {}
        void deliver(unsigned, std::span<const CompletionRecord> records) noexcept override { to_.deliver(records); }
        void unpin(Pins pins) noexcept override { to_.unpin(pins.first); }
        void portLost(std::uint32_t) noexcept override { to_.shown_.load()->violate("the port was reported as lost"); }
        void deviceClosed(std::uint64_t key) noexcept override { to_.shown_.load()->noteEnd(key); }

    private:
        Simulation& to_;
    };

    // A listener that is still running may start an operation.
    bool quiescent() const {
        const std::uint64_t delivered = delivered_;
        return listening_ == 0 && world_->quiescent() && listening_ == 0 && delivered == delivered_;
    }

    // --- Calls of the engine -------------------------------------------------------------------------------

    void deliver(std::span<const CompletionRecord> records) {
        World& world = *shown_;
        ++listening_;
        delivered_ += records.size();
        for (const CompletionRecord& record : records) {
            Attempt* attempt = world.find(record.token);
            if (attempt == nullptr) {
                world.violate("a completion of an earlier run was delivered");
                continue;
            }
            attempt->status = record.status;
            attempt->bytes = record.bytes;
            attempt->delivered = std::chrono::steady_clock::now().time_since_epoch().count();
            ++attempt->deliveries;
            if (attempt->request.owned) {
                world.violate("a completion was delivered while the kernel owned the buffer");
            }
            const Plan& plan = world.planOf(*attempt);
            if (record.opcode != (plan.isPost ? Opcode::kPost : plan.writes ? Opcode::kWrite : Opcode::kRead)) {
                world.violate("a completion has a wrong opcode");
            }
            if (plan.isPost) {
                if (record.key != world.indexOf(*attempt)) {
                    world.violate("a posted packet has a wrong key");
                }
                continue;
            }
            const Pipe* pipe = world.findPipe(record.key);
            if (pipe == nullptr || &world.pipeOf(*attempt) != pipe) {
                world.violate("a completion was delivered for a wrong device");
            } else if (pipe->endSeen || world.ends(record.key) > 0 || !kernel_.isOpen(pipe->handle)) {
                world.violate("a completion was delivered for an ended device");
            }
        }
        for (const CompletionRecord& record : records) {
            Attempt* attempt = world.find(record.token);
            if (attempt != nullptr && world.planOf(*attempt).reaction == Reaction::kThrow) {
                ++throws;
                break;
            }
            if (attempt != nullptr) {
                player_.react(world, *attempt);
            }
        }
        --listening_;
    }

    void unpin(const void* pin) {
        World& world = *shown_;
        if (Attempt* attempt = world.findPin(pin)) {
            ++attempt->unpins;
            if (attempt->request.owned) {
                world.violate("a buffer was unpinned while the kernel owned it");
            }
        } else {
            world.violate("a buffer of an earlier run was unpinned");
        }
    }

    // --- The port ---

    void openPort(std::uint64_t seed) {
        std::mt19937_64 random{~seed};
        constexpr std::uint32_t kCeilings[] = {3, 16, 64, 1'024};
        CompletionPort::Settings settings;
        settings.name = L"model";
        settings.workers = static_cast<std::uint32_t>(1 + random() % 4);
        settings.concurrency = static_cast<std::uint32_t>(1 + random() % 4);
        settings.batch = static_cast<std::uint32_t>(1 + random() % 16);
        settings.operations = stage_.ceiling = kCeilings[random() % 4];
        settings.quirks = {};
        settings.quirks.statusMayBeUnwritten = random() % 2 == 0;
        settings.quirks.roomCostsTime = random() % 2 == 0;
        settings.quirks.concurrencyIgnored = random() % 2 == 0;
        kernel_.weather.failingPosts = 0;
        kernel_.weather.missingReserves = random() % 2 == 0 ? 1'000 : 0;
        do {
            sinkEnded_ = false;
            delivered_ = 0;
            foreignAtOpening_ = foreignSent();
            endedAtOpening_ = kernel_.counters.failedAndEnded;
            atOnceAtOpening_ = kernel_.counters.atOnce;
            missingAtOpening_ = missing();
            stage_.inlineTried = false;
            const bool noPort = random() % 8 == 0;
            kernel_.weather.failingCreations = noPort ? 1'000 : 0;
            refusedWorker_ = random() % 8 == 0 ? static_cast<unsigned>(random() % settings.workers) : kNobody;
            const win32::ErrorCode expected = noPort                      ? ERROR_NO_SYSTEM_RESOURCES
                                              : refusedWorker_ != kNobody ? code(EngineError::kOutOfMemory)
                                                                          : ERROR_SUCCESS;
            const auto opened = CompletionPort::open(settings, std::make_unique<Sink>(*this));
            ASSERT_EQ(expected, opened.error()) << "IOCP4J_SEED=" << seed;
            if (opened) {
                stage_.port = *opened;
            } else {
                ++portsRefused;
                ASSERT_TRUE(calm([&] { return sinkEnded_.load(); })) << "IOCP4J_SEED=" << seed;
            }
        } while (stage_.port == 0);
        ++ports;
    }

    void closePort() {
        kernel_.weather.failingPosts = number_ % 3 == 0 ? 500 : 0;
        CompletionPort::close(stage_.port);
        if (!calm([&] { return CompletionPort::awaitClosed(stage_.port, std::chrono::steady_clock::now()); }) ||
            !sinkEnded_) {
            world_->violate("the port does not end");
            std::abort();  // otherwise it would call a sink that is gone
        }
        stage_.port = 0;
    }

    void checkPort() {
        const Share<CompletionPort> port{stage_.port};
        const auto balanced = [&] {
            const auto snapshot = port->snapshot();
            return snapshot.accepted == snapshot.completed && snapshot.operationsInFlight == 0 &&
                   snapshot.devices.empty() && snapshot.quarantined == 0 && snapshot.unbalancedDevices == 0 &&
                   snapshot.completions == delivered_ && foreignCountIsAllowed(snapshot.foreignPackets);
        };
        if (!calm(balanced)) {
            const auto snapshot = port->snapshot();
            world_->violate(
                "the figures do not balance: accepted " + std::to_string(snapshot.accepted) + ", completed " +
                std::to_string(snapshot.completed) + ", in flight " + std::to_string(snapshot.operationsInFlight) +
                ", devices " + std::to_string(snapshot.devices.size()) + ", quarantined " +
                std::to_string(snapshot.quarantined) + ", unbalanced " + std::to_string(snapshot.unbalancedDevices) +
                ", completions " + std::to_string(snapshot.completions) + " of " + std::to_string(delivered_) +
                ", foreign packets " + std::to_string(snapshot.foreignPackets) + " of " +
                std::to_string(foreignSent() - foreignAtOpening_));
        }
    }

    // Some packets count as foreign or not, depending on the order: the packet of a call that has failed although its
    // operation has ended, and, with inline completion, that of an operation that is over at once. A forged packet may
    // replace a missing one.
    bool foreignCountIsAllowed(std::uint64_t count) const {
        const std::uint64_t sent = foreignSent() - foreignAtOpening_;
        const test::KernelCounters& kernel = kernel_.counters;
        const std::uint64_t open =
            kernel.failedAndEnded - endedAtOpening_ + (stage_.inlineTried ? kernel.atOnce - atOnceAtOpening_ : 0);
        return count + missing() - missingAtOpening_ >= sent && count <= sent + open;
    }

    // Operations without a packet, because the kernel has skipped it or refused to post it.
    std::uint64_t missing() const { return kernel_.counters.skipped + kernel_.counters.failedPosts; }

    // Packets that belong to no operation.
    std::uint64_t foreignSent() const { return kernel_.counters.forged + kernel_.counters.strays; }

    // Returns true if the condition becomes true while the kernel completes nothing.
    template <class Condition>
    static bool soon(const Condition& condition) {
        for (int rounds = 0; !condition(); ++rounds) {
            if (rounds < 200) {
                std::this_thread::yield();
            } else if (rounds < 10'000) {
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            } else {
                return false;
            }
        }
        return true;
    }

    // Lets the kernel complete pending requests until the condition holds.
    template <class Condition>
    bool calm(const Condition& condition) {
        for (int rounds = 0;; ++rounds) {
            if (condition()) {
                return true;
            }
            (void)kernel_.completeOne(static_cast<std::uint64_t>(rounds));
            if (rounds < 200) {
                std::this_thread::yield();
            } else if (rounds < 30'000) {
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            } else {
                return false;
            }
        }
    }

    test::SimulatedKernel kernel_;
    Stage stage_;
    Player player_{kernel_, stage_};
    std::uint64_t number_ = 0;
    static constexpr unsigned kNobody = ~0u;
    unsigned refusedWorker_ = kNobody;
    std::atomic<bool> sinkEnded_{false};
    std::atomic<std::uint64_t> delivered_{0};
    std::atomic<int> listening_{0};
    std::uint64_t foreignAtOpening_ = 0;
    std::uint64_t endedAtOpening_ = 0;
    std::uint64_t atOnceAtOpening_ = 0;
    std::uint64_t missingAtOpening_ = 0;
    std::unique_ptr<World> previous_;  // detects calls for an earlier schedule
    std::unique_ptr<World> world_;
    std::atomic<World*> shown_{nullptr};
    Crew crew_;
};

}  // namespace iocp4j::model
