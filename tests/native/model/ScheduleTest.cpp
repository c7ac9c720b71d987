// Random schedules against a model: what a number of threads do to a port, its devices and its operations, on a kernel
// that is late, short, contrary and forgetful. The engine's promises are checked after each.
//
// A schedule is made from one number, so that a failure can be tried again: IOCP4J_SEED is the first schedule's number,
// IOCP4J_SCHEDULES how many there are, IOCP4J_REPEATS how often each is run. How the threads of one are interleaved is
// left to chance.

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "../fixtures/FineTimer.h"
#include "../fixtures/WaitFor.h"
#include "World.h"
#include "engine/Waiting.h"

namespace iocp4j::model {
namespace {

using std::chrono::steady_clock;
using test::SimulatedKernel;

std::uint64_t fromEnvironment(const char* name, std::uint64_t otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

// Threads that stay, because Wine takes milliseconds to make one.
class Crew {
public:
    explicit Crew(std::function<void(unsigned)> task) : task_(std::move(task)) {
        for (unsigned i = 0; i < Schedule::kThreads; ++i) {
            threads_.emplace_back([this, i] { work(i); });
        }
    }
    ~Crew() {
        begin(true);
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

    void begin(bool last = false) {
        {
            const std::lock_guard lock{mutex_};
            ++round_;
            last_ = last;
            busy_ = Schedule::kThreads;
        }
        changed_.notify_all();
    }

    void wait() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return busy_ == 0; });
    }

private:
    void work(unsigned index) {
        for (unsigned round = 1;; ++round) {
            {
                std::unique_lock lock{mutex_};
                changed_.wait(lock, [&] { return round_ == round; });
                if (last_) {
                    return;
                }
            }
            task_(index);
            {
                const std::lock_guard lock{mutex_};
                --busy_;
            }
            changed_.notify_all();
        }
    }

    const std::function<void(unsigned)> task_;
    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned round_ = 0;
    unsigned busy_ = 0;
    bool last_ = false;
    std::vector<std::thread> threads_;
};

class Simulation {
public:
    explicit Simulation(std::uint64_t firstSeed)
        : kernel_(std::chrono::milliseconds{4}, firstSeed), crew_([this](unsigned thread) { drive(thread); }) {}

    ~Simulation() {
        if (port_ != 0) {
            closePort();
        }
    }

    // False when a promise was broken.
    bool run(std::uint64_t seed) {
        const Schedule schedule{seed};
        if (port_ == 0) {
            openPort(seed);
        }
        ++number_;
        previous_ = std::move(world_);
        world_ = std::make_unique<World>(number_, schedule, ceiling_);
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
            open(world_->pipes[i]);
        }
        crew_.begin();
        crew_.wait();
        if (!soon([&] { return !world_->waitsInVain(kernel_); })) {
            world_->violate("a request pends that was cancelled, or whose time is up");
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
            world_->violate("a request pends though its device is closed");
        }
        if (!calm([&] { return quiescent(); })) {
            world_->violate("the world does not come to rest");
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
    const SimulatedKernel::Counters& kernelCounters() const { return kernel_.counters; }

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
        void deviceClosed(std::uint64_t key) noexcept override { to_.shown_.load()->noteEnd(key); }

    private:
        Simulation& to_;
    };

    // A listener that is still at it may start something.
    bool quiescent() const {
        const std::uint64_t delivered = delivered_;
        return listening_ == 0 && world_->quiescent() && listening_ == 0 && delivered == delivered_;
    }

    // --- What the engine tells ---

    void deliver(std::span<const CompletionRecord> records) {
        World& world = *shown_;
        ++listening_;
        delivered_ += records.size();
        for (const CompletionRecord& record : records) {
            Attempt* attempt = world.find(record.token);
            if (attempt == nullptr) {
                world.violate("a completion came that belongs to another time");
                continue;
            }
            attempt->status = record.status;
            attempt->bytes = record.bytes;
            attempt->delivered = steady_clock::now().time_since_epoch().count();
            ++attempt->deliveries;
            if (attempt->request.owned) {
                world.violate("a completion came while the kernel had the buffer");
            }
            const Plan& plan = world.planOf(*attempt);
            if (record.opcode != (plan.isPost ? Opcode::kPost : plan.writes ? Opcode::kWrite : Opcode::kRead)) {
                world.violate("a completion came of something else than was asked for");
            }
            if (plan.isPost) {
                if (record.key != world.indexOf(*attempt)) {
                    world.violate("a packet came with another key than it was posted with");
                }
                continue;
            }
            const Pipe* pipe = world.findPipe(record.key);
            if (pipe == nullptr || &world.pipeOf(*attempt) != pipe) {
                world.violate("a completion came from a device that was not asked");
            } else if (pipe->endSeen || world.ends(record.key) > 0 || !kernel_.isOpen(pipe->handle)) {
                world.violate("a completion came from a device that had ended");
            }
        }
        for (const CompletionRecord& record : records) {
            Attempt* attempt = world.find(record.token);
            if (attempt != nullptr && world.planOf(*attempt).reaction == Reaction::kThrow) {
                ++throws;
                break;
            }
            if (attempt != nullptr) {
                react(world, *attempt);
            }
        }
        --listening_;
    }

    void unpin(const void* pin) {
        World& world = *shown_;
        if (Attempt* attempt = world.findPin(pin)) {
            ++attempt->unpins;
            if (attempt->request.owned) {
                world.violate("a buffer was given back while the kernel had it");
            }
        } else {
            world.violate("a buffer was given back that belongs to another time");
        }
    }

    void react(World& world, const Attempt& attempt) {
        const Plan& plan = world.planOf(attempt);
        switch (plan.reaction) {
            case Reaction::kNone:
            case Reaction::kThrow:
                break;
            case Reaction::kResubmit:
            case Reaction::kPost:
                start(world, plan.next);
                break;
            case Reaction::kCloseDevice:
                close(world.pipes[plan.pipe], MayNotWait::deadlineIn(std::chrono::hours{1}));
                break;
            case Reaction::kClosePort:
                world.portCloseTried = true;
                CompletionPort::close(port_);
                (void)CompletionPort::awaitClosed(port_, MayNotWait::deadlineIn(std::chrono::hours{1}));
                break;
            case Reaction::kCancelAll:
                cancelAll(world.pipes[plan.pipe]);
                break;
            case Reaction::kBlock:
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
                break;
        }
    }

    // --- What the threads do ---

    void drive(unsigned thread) {
        for (const Action& action : world_->schedule().threads[thread]) {
            act(*world_, action);
        }
    }

    void act(World& world, const Action& action) {
        switch (action.kind) {
            case Action::Kind::kStart:
                start(world, action.target);
                break;
            case Action::Kind::kComplete:
                (void)kernel_.completeOne(action.random);
                break;
            case Action::Kind::kCancel:
                cancel(world, world.attempts[action.target]);
                break;
            case Action::Kind::kCancelElsewhere:
                cancelElsewhere(world, world.attempts[action.target], action.random);
                break;
            case Action::Kind::kCancelGarbage:
                if (test::cancel(world.pipes[action.target].key, action.random)) {
                    world.violate("a number out of the air was an operation");
                }
                break;
            case Action::Kind::kCancelAll:
                cancelAll(world.pipes[action.target]);
                break;
            case Action::Kind::kClose:
                close(world.pipes[action.target], steady_clock::now());
                break;
            case Action::Kind::kCloseAndWait:
                close(world.pipes[action.target], steady_clock::now() + std::chrono::milliseconds{2});
                break;
            case Action::Kind::kOpen:
                open(world.pipes[action.target]);
                break;
            case Action::Kind::kInline:
                completeInline(world.pipes[action.target]);
                break;
            case Action::Kind::kForge:
                forge(world, action);
                break;
            case Action::Kind::kSnapshot:
                if (const Share<CompletionPort> port{port_}) {
                    if (port->snapshot().operationsInFlight > ceiling_) {
                        world.violate("more operations are in flight than there may be");
                    }
                }
                break;
            case Action::Kind::kClosePort:
                world.portCloseTried = true;
                CompletionPort::close(port_);
                break;
            case Action::Kind::kYield:
                std::this_thread::yield();
                break;
        }
    }

    void start(World& world, unsigned index) {
        const Plan& plan = world.schedule().plans[index];
        Attempt& attempt = world.attempts[index];
        attempt.outcome = Attempt::Outcome::kTrying;
        attempt.begun = steady_clock::now().time_since_epoch().count();
        win32::Result<OperationId> result{0};
        if (plan.isPost) {
            const Share<CompletionPort> port{port_};
            result = port ? port->post(index, plan.bytes, attempt.token)
                          : win32::Result<OperationId>::failure(code(Refusal::kPortClosed));
        } else {
            result = (plan.writes ? test::write : test::read)(world.pipes[plan.pipe].key, attempt.token,
                                                              attempt.request, plan.patience);
        }
        if (result && isInline(*result)) {
            if (attempt.request.owned) {
                world.violate("an operation completed inline while the kernel had the buffer");
            }
            attempt.bytes = static_cast<std::uint32_t>(*result);
            attempt.outcome = Attempt::Outcome::kInline;
        } else if (result) {
            attempt.id = *result;
            attempt.outcome = Attempt::Outcome::kAccepted;
        } else {
            attempt.refusal = result.error();
            attempt.outcome = Attempt::Outcome::kRefused;
        }
        // A post that fails has failed to be accepted: that is the kernel's refusal.
        if (result.error() == ERROR_NO_SYSTEM_RESOURCES && plan.isPost) {
            attempt.outcome = Attempt::Outcome::kNotTried;
        }
    }

    void cancel(World& world, Attempt& attempt) {
        const OperationId id = attempt.id;
        if (id == 0) {
            return;
        }
        const bool over = attempt.deliveries > 0;
        attempt.cancelTried = true;
        if (!test::cancel(world.pipeOf(attempt).key, id)) {
            return;
        }
        attempt.cancelled = true;
        if (over) {
            world.violate("an operation could be cancelled that was over");
        }
    }

    void cancelElsewhere(World& world, const Attempt& attempt, std::uint64_t random) {
        const Pipe& other = world.pipes[random % Schedule::kPipes];
        if (attempt.id != 0 && &other != &world.pipeOf(attempt) && test::cancel(other.key, attempt.id)) {
            world.violate("an operation could be cancelled through another device");
        }
    }

    static void cancelAll(Pipe& pipe) {
        if (const Share<Device> device{pipe.key}) {
            pipe.cancelAllTried = true;
            device->cancelAll();
        }
    }

    void completeInline(Pipe& pipe) {
        if (const Share<Device> device{pipe.key}) {
            pipe.inlineTried = true;
            inlineTried_ = true;
            (void)device->completeInline();
        }
    }

    static void close(Pipe& pipe, steady_clock::time_point deadline) {
        if (pipe.key == 0) {
            return;
        }
        pipe.closeTried = true;
        Device::close(pipe.key);
        if (Device::awaitClosed(pipe.key, deadline)) {
            pipe.endSeen = true;
        }
    }

    void open(Pipe& pipe) {
        if (pipe.openTried.exchange(true)) {
            return;
        }
        const Share<CompletionPort> port{port_};
        if (!port) {
            return;
        }
        win32::Handle handle = kernel_.openFile();
        pipe.handle = handle.get();
        const auto added = port->add(std::make_unique<NamedPipe>(*port, L"simulated", std::move(handle)));
        if (added) {
            pipe.key = *added;
        } else if (added.error() == ERROR_NO_SYSTEM_RESOURCES
                       ? world_->schedule().failingCreations == 0
                       : added.error() != code(Refusal::kPortClosed) || !world_->portCloseTried) {
            world_->violate("a device was refused for no reason");
        }
    }

    // Packets as other code in the process could post them, by mistake or out of malice.
    void forge(World& world, const Action& action) {
        const std::uint64_t keys[] = {0, 1, 2, action.random, world.pipes[action.random % Schedule::kPipes].key};
        const std::uint64_t key = keys[(action.random >> 8) % 5];
        std::uintptr_t address = 0;
        switch ((action.random >> 16) % 4) {
            case 0:
                break;
            case 1:
                address = action.random;
                break;
            case 2:
                address = reinterpret_cast<std::uintptr_t>(kernel_.knownOperation(action.random >> 24)) + 8;
                break;
            case 3:
                address = reinterpret_cast<std::uintptr_t>(kernel_.knownOperation(action.random >> 24));
                break;
        }
        kernel_.forge(key, reinterpret_cast<OVERLAPPED*>(address), static_cast<std::uint32_t>(action.random >> 32));
    }

    // --- The port ---

    void openPort(std::uint64_t seed) {
        std::mt19937_64 random{~seed};
        constexpr std::uint32_t kCeilings[] = {3, 16, 64, 1'024};
        CompletionPort::Settings settings;
        settings.name = L"model";
        settings.workers = static_cast<std::uint32_t>(1 + random() % 4);
        settings.batch = static_cast<std::uint32_t>(1 + random() % 16);
        settings.operations = ceiling_ = kCeilings[random() % 4];
        kernel_.weather.failingPosts = 0;
        do {
            sinkEnded_ = false;
            delivered_ = 0;
            foreignAtOpening_ = foreignSent();
            endedAtOpening_ = kernel_.counters.failedAndEnded;
            atOnceAtOpening_ = kernel_.counters.atOnce;
            missingAtOpening_ = missing();
            inlineTried_ = false;
            const bool noPort = random() % 8 == 0;
            kernel_.weather.failingCreations = noPort ? 1'000 : 0;
            refusedWorker_ = random() % 8 == 0 ? static_cast<unsigned>(random() % settings.workers) : kNobody;
            const win32::ErrorCode expected = noPort                      ? ERROR_NO_SYSTEM_RESOURCES
                                              : refusedWorker_ != kNobody ? code(Refusal::kOutOfMemory)
                                                                          : ERROR_SUCCESS;
            const auto opened = CompletionPort::open(settings, std::make_unique<Sink>(*this));
            ASSERT_EQ(expected, opened.error()) << "IOCP4J_SEED=" << seed;
            if (opened) {
                port_ = *opened;
            } else {
                ++portsRefused;
                ASSERT_TRUE(calm([&] { return sinkEnded_.load(); })) << "IOCP4J_SEED=" << seed;
            }
        } while (port_ == 0);
        ++ports;
    }

    void closePort() {
        kernel_.weather.failingPosts = number_ % 3 == 0 ? 500 : 0;
        CompletionPort::close(port_);
        if (!calm([&] { return CompletionPort::awaitClosed(port_, steady_clock::now()); }) || !sinkEnded_) {
            world_->violate("the port does not end");
            std::abort();  // it would go on telling a sink that has gone
        }
        port_ = 0;
    }

    void checkPort() {
        const Share<CompletionPort> port{port_};
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

    // Of some packets it depends on who comes first whether they count as foreign: that of a call that has failed
    // although its operation has ended, and, where operations may complete inline, that of one that is over at once.
    // And a stranger's may pass for one that does not come.
    bool foreignCountIsAllowed(std::uint64_t count) const {
        const std::uint64_t sent = foreignSent() - foreignAtOpening_;
        const SimulatedKernel::Counters& kernel = kernel_.counters;
        const std::uint64_t open =
            kernel.failedAndEnded - endedAtOpening_ + (inlineTried_ ? kernel.atOnce - atOnceAtOpening_ : 0);
        return count + missing() - missingAtOpening_ >= sent && count <= sent + open;
    }

    // Packets of operations that are over and have none: the kernel has skipped it, or refused to post it.
    std::uint64_t missing() const { return kernel_.counters.skipped + kernel_.counters.failedPosts; }

    // Packets that are no operation's.
    std::uint64_t foreignSent() const { return kernel_.counters.forged + kernel_.counters.strays; }

    // Whether the condition comes true though the kernel completes nothing more.
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

    // Lets the kernel complete what pends until the condition holds.
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

    SimulatedKernel kernel_;
    std::uint64_t number_ = 0;
    CompletionPort::Key port_ = 0;
    std::uint32_t ceiling_ = 0;
    static constexpr unsigned kNobody = ~0u;
    unsigned refusedWorker_ = kNobody;
    std::atomic<bool> sinkEnded_{false};
    std::atomic<std::uint64_t> delivered_{0};
    std::atomic<int> listening_{0};
    std::uint64_t foreignAtOpening_ = 0;
    std::uint64_t endedAtOpening_ = 0;
    std::uint64_t atOnceAtOpening_ = 0;
    std::uint64_t missingAtOpening_ = 0;
    std::atomic<bool> inlineTried_{false};
    std::unique_ptr<World> previous_;  // for those who are late, so that they can be caught
    std::unique_ptr<World> world_;
    std::atomic<World*> shown_{nullptr};
    Crew crew_;
};

TEST(ScheduleTest, KeepsEveryPromiseInEverySchedule) {
    const test::FineTimer timer;
    const auto schedules = fromEnvironment("IOCP4J_SCHEDULES", 10'000);
    const auto repeats = fromEnvironment("IOCP4J_REPEATS", 1);
    const auto now = static_cast<std::uint64_t>(steady_clock::now().time_since_epoch().count());
    const auto first = fromEnvironment("IOCP4J_SEED", now % 1'000'000'007);
    Simulation simulation{first};
    // At once: it may never come to an end.
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
    const SimulatedKernel::Counters& kernel = simulation.kernelCounters();
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
