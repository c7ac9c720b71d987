#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "World.h"
#include "engine/lifetime/NoWaitScope.h"

namespace iocp4j::model {

// The port of the schedules, one after the other, until one of them closes it.
struct Stage {
    CompletionPort::Key port = 0;
    std::uint32_t ceiling = 0;
    std::atomic<bool> inlineTried{false};
};

// Runs a schedule: the actions of its threads and the reactions of its listener.
class Player {
public:
    Player(test::SimulatedKernel& kernel, Stage& stage) noexcept : kernel_(kernel), stage_(stage) {}

    // Runs all actions of one thread.
    void drive(World& world, unsigned thread) {
        for (const Action& action : world.schedule().threads[thread]) {
            act(world, action);
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
                close(world.pipes[plan.pipe], NoWaitScope::deadlineIn(std::chrono::hours{1}));
                break;
            case Reaction::kClosePort:
                world.portCloseTried = true;
                CompletionPort::close(stage_.port);
                (void)CompletionPort::awaitClosed(stage_.port, NoWaitScope::deadlineIn(std::chrono::hours{1}));
                break;
            case Reaction::kCancelAll:
                cancelAll(world.pipes[plan.pipe], attempt.token);
                break;
            case Reaction::kBlock:
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
                break;
        }
    }

    void open(World& world, Pipe& pipe) {
        if (pipe.openTried.exchange(true)) {
            return;
        }
        const Share<CompletionPort> port{stage_.port};
        if (!port) {
            return;
        }
        win32::Handle handle = kernel_.openFile();
        pipe.handle = handle.get();
        const auto added = port->add(std::make_unique<NamedPipe>(*port, L"simulated", std::move(handle)));
        if (added) {
            pipe.key = *added;
        } else if (added.error() == ERROR_NO_SYSTEM_RESOURCES
                       ? world.schedule().failingCreations == 0
                       : added.error() != code(EngineError::kPortClosed) || !world.portCloseTried) {
            world.violate("a device was refused without a reason");
        }
    }

private:
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
                    world.violate("an invented id was accepted");
                }
                break;
            case Action::Kind::kCancelAll:
                cancelAll(world.pipes[action.target], action.random);
                break;
            case Action::Kind::kClose:
                close(world.pipes[action.target], std::chrono::steady_clock::now());
                break;
            case Action::Kind::kCloseAndWait:
                close(world.pipes[action.target], std::chrono::steady_clock::now() + std::chrono::milliseconds{2});
                break;
            case Action::Kind::kOpen:
                open(world, world.pipes[action.target]);
                break;
            case Action::Kind::kInline:
                completeInline(world.pipes[action.target]);
                break;
            case Action::Kind::kForge:
                forge(world, action);
                break;
            case Action::Kind::kSnapshot:
                if (const Share<CompletionPort> port{stage_.port}) {
                    if (port->snapshot().operationsInFlight > stage_.ceiling) {
                        world.violate("more operations are in flight than the ceiling");
                    }
                }
                break;
            case Action::Kind::kClosePort:
                world.portCloseTried = true;
                CompletionPort::close(stage_.port);
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
        attempt.begun = std::chrono::steady_clock::now().time_since_epoch().count();
        win32::Result<OperationId> result{0};
        if (plan.isPost) {
            const Share<CompletionPort> port{stage_.port};
            result = port ? port->post(index, plan.bytes, attempt.token)
                          : win32::Result<OperationId>::failure(code(EngineError::kPortClosed));
        } else {
            result = (plan.writes ? test::write : test::read)(world.pipes[plan.pipe].key, attempt.token,
                                                              attempt.request, plan.timeout);
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
        // A post that fails was not accepted. The kernel has refused it.
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

    static void cancelAll(Pipe& pipe, std::uint64_t random) {
        if (const Share<Device> device{pipe.key}) {
            pipe.cancelAllTried = true;
            if (random % 2 == 0) {
                device->cancelAll();
            } else {
                (void)device->port().operations().cancelAll(*device, random % 4 == 1 ? Opcode::kRead : Opcode::kWrite);
            }
        }
    }

    void completeInline(Pipe& pipe) {
        if (const Share<Device> device{pipe.key}) {
            pipe.inlineTried = true;
            stage_.inlineTried = true;
            (void)device->completeInline();
        }
    }

    static void close(Pipe& pipe, std::chrono::steady_clock::time_point deadline) {
        if (pipe.key == 0) {
            return;
        }
        pipe.closeTried = true;
        Device::close(pipe.key);
        if (Device::awaitClosed(pipe.key, deadline)) {
            pipe.endSeen = true;
        }
    }

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

    test::SimulatedKernel& kernel_;
    Stage& stage_;
};

}  // namespace iocp4j::model
