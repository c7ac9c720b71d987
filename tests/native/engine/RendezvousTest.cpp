#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "../fixtures/Concurrently.h"
#include "engine/Rendezvous.h"

namespace iocp4j {
namespace {

using test::concurrently;
using test::MeetingPoint;

using Arrival = Rendezvous::Arrival;
using Cause = Rendezvous::Cause;
using Hold = Rendezvous::Hold;
using Release = Rendezvous::Release;

TEST(RendezvousTest, PacketAfterTheCallFinishesAlone) {
    Rendezvous operation;
    EXPECT_FALSE(operation.inFlight());
    operation.begin();
    EXPECT_TRUE(operation.inFlight());
    EXPECT_EQ(Release::kDone, operation.release());
    EXPECT_EQ(Arrival::kAlone, operation.arrive(false));
    operation.end();
    EXPECT_FALSE(operation.inFlight());
}

TEST(RendezvousTest, PacketBeforeTheCallReturnsWaitsForIt) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
}

TEST(RendezvousTest, PacketWhileTheCallReturnsFinishesWithTheWorker) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_EQ(Release::kDone, operation.release()) << "the result is not there yet";
    EXPECT_TRUE(operation.publish());
}

TEST(RendezvousTest, FailedCallTravels) {
    Rendezvous operation;
    operation.begin();
    EXPECT_TRUE(operation.takeBack());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false)) << "the kernel has no part in it any more";
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true)) << "the result is not there yet";
    operation.travel();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
}

TEST(RendezvousTest, FailedCallWithAPacketDoesNotTravelAsWell) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_FALSE(operation.takeBack());
    EXPECT_FALSE(operation.publish());
    EXPECT_FALSE(operation.takeBack());
    EXPECT_EQ(Release::kFinish, operation.release());
}

TEST(RendezvousTest, NobodyWinsAPacketTwice) {
    Rendezvous operation;
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false)) << "not in flight";
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
    operation.begin();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true)) << "nobody has sent it";
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
    operation.end();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
}

TEST(RendezvousTest, CancelHoldsWhatIsPending) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    ASSERT_EQ(Release::kDone, operation.release());
    EXPECT_TRUE(operation.alive(life));
    EXPECT_EQ(Hold::kGained, operation.hold(life));
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false)) << "the canceller still touches it";
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
}

TEST(RendezvousTest, CancelDuringTheCallIsLeftToTheCaller) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    EXPECT_EQ(Hold::kDelegated, operation.hold(life));
    EXPECT_EQ(Hold::kDelegated, operation.hold(life));
    EXPECT_EQ(Release::kCancelFirst, operation.release());
    EXPECT_EQ(Release::kDone, operation.release()) << "once is enough";
}

TEST(RendezvousTest, WhatIsOverIsFinishedAndNotCancelled) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Hold::kDelegated, operation.hold(operation.generation()));
    EXPECT_EQ(Hold::kDelegated, operation.hold(operation.generation(), Cause::kTimedOut));
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
}

TEST(RendezvousTest, HolderHearsOfEachWishOnceAndHoldsUntilThereIsNone) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    EXPECT_EQ(Hold::kDelegated, operation.hold(life, Cause::kTimedOut));
    EXPECT_EQ(Hold::kDelegated, operation.hold(life, Cause::kCancelled));
    EXPECT_EQ(Release::kCancelFirst, operation.release()) << "a caller's goes first";
    EXPECT_EQ(Hold::kDelegated, operation.hold(life)) << "it is still held";
    EXPECT_EQ(Release::kCancelFirst, operation.release());
    EXPECT_EQ(Release::kTimeOutFirst, operation.release());
    EXPECT_EQ(Hold::kDelegated, operation.hold(life, Cause::kTimedOut)) << "it is still held";
    EXPECT_EQ(Release::kTimeOutFirst, operation.release());
    EXPECT_EQ(Release::kDone, operation.release());
}

TEST(RendezvousTest, WhoeverGainsTheHoldLeavesNoWishToHimself) {
    for (const Cause cause : {Cause::kCancelled, Cause::kTimedOut}) {
        Rendezvous operation;
        operation.begin();
        ASSERT_EQ(Release::kDone, operation.release());
        ASSERT_EQ(Hold::kGained, operation.hold(operation.generation(), cause));
        EXPECT_EQ(Release::kDone, operation.release());
    }
}

TEST(RendezvousTest, FirstCauseCountsUntilTheEnd) {
    for (const Cause first : {Cause::kCancelled, Cause::kTimedOut}) {
        const Cause second = first == Cause::kCancelled ? Cause::kTimedOut : Cause::kCancelled;
        Rendezvous operation;
        operation.begin();
        EXPECT_FALSE(operation.wasCancelledFor(first));
        operation.cancelledFor(first);
        operation.cancelledFor(second);
        EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
        EXPECT_FALSE(operation.publish());
        ASSERT_EQ(Release::kFinish, operation.release());
        ASSERT_EQ(Arrival::kAlone, operation.arrive(true)) << "it has travelled";
        EXPECT_TRUE(operation.wasCancelledFor(first));
        EXPECT_FALSE(operation.wasCancelledFor(second));
        operation.end();
        operation.begin();
        EXPECT_FALSE(operation.wasCancelledFor(first)) << "another life";
    }
}

TEST(RendezvousTest, PacketOfAnotherLifeIsForeign) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    ASSERT_EQ(Release::kDone, operation.release());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false, life + 1));
    ASSERT_EQ(Arrival::kAlone, operation.arrive(false, life));
    operation.end();
    operation.beginTravelling();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true, life));
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true, life + 1));
}

TEST(RendezvousTest, CancelIsTooLateForWhatIsOver) {
    Rendezvous operation;
    EXPECT_FALSE(operation.alive(operation.generation()));
    EXPECT_EQ(Hold::kOver, operation.hold(operation.generation()));

    operation.begin();
    const std::uint64_t first = operation.generation();
    ASSERT_EQ(Release::kDone, operation.release());
    ASSERT_EQ(Arrival::kAlone, operation.arrive(false));
    EXPECT_EQ(Hold::kOver, operation.hold(first));
    operation.end();
    EXPECT_EQ(Hold::kOver, operation.hold(first));

    operation.begin();
    const std::uint64_t second = operation.generation();
    EXPECT_NE(first, second);
    EXPECT_FALSE(operation.alive(first));
    EXPECT_EQ(Hold::kOver, operation.hold(first)) << "not the next one in the same place";
    ASSERT_TRUE(operation.takeBack());
    EXPECT_EQ(Hold::kOver, operation.hold(second));
    operation.travel();
    EXPECT_EQ(Hold::kOver, operation.hold(second));
    ASSERT_EQ(Arrival::kAlone, operation.arrive(true));
    operation.end();

    operation.beginTravelling();
    EXPECT_EQ(Hold::kOver, operation.hold(operation.generation())) << "posted packets cannot be cancelled";
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
}

TEST(RendezvousTest, GenerationsDoNotRepeat) {
    Rendezvous operation;
    std::uint64_t last = operation.generation();
    for (int i = 0; i < 1'000; ++i) {
        operation.begin();
        EXPECT_EQ(last, operation.generation());
        (void)operation.hold(last);
        operation.end();
        EXPECT_EQ(last + 1, operation.generation());
        last = operation.generation();
    }
}

// Chooses otherwise each time, until all sequences of choices have been seen.
class Choices {
public:
    unsigned among(unsigned count) {
        if (made_ == taken_.size()) {
            taken_.push_back({0, count});
        }
        return taken_[made_++].choice;
    }

    bool next() {
        made_ = 0;
        while (!taken_.empty() && taken_.back().choice + 1 == taken_.back().count) {
            taken_.pop_back();
        }
        if (taken_.empty()) {
            return false;
        }
        ++taken_.back().choice;
        return true;
    }

private:
    struct Taken {
        unsigned choice;
        unsigned count;
    };
    std::vector<Taken> taken_;
    std::size_t made_ = 0;
};

// One operation and the port's queue, with the parties that touch them. Each party is a sequence of steps, a step does
// one atomic thing, and the steps of different parties may come in any order.
struct World {
    // What the call that starts the operation does.
    enum class Call { kSucceeds, kFails, kFailsWithPacket };
    enum class Packet { kKernel, kTravelling };

    Rendezvous operation;
    std::vector<Packet> queue;
    bool resultStored = false;
    int finished = 0;
    int foreign = 0;

    void finish() {
        EXPECT_TRUE(resultStored);
        ++finished;
        operation.end();
    }
};

using Step = std::function<bool(World&)>;  // false when the party has nothing more to do

struct Party {
    Step step;
    std::function<bool(const World&)> ready = [](const World&) { return true; };
    bool done = false;
};

Step releasing() {
    return [](World& world) {
        switch (world.operation.release()) {
            case Release::kDone:
                return false;
            case Release::kCancelFirst:
            case Release::kTimeOutFirst:
                return true;
            case Release::kFinish:
                world.queue.push_back(World::Packet::kTravelling);
                return false;
        }
        return false;
    };
}

Party submitter(World::Call call) {
    if (call == World::Call::kSucceeds) {
        return {releasing()};
    }
    enum class Next { kAsk, kRelease, kStore, kTravel, kPost };
    return {[next = Next::kAsk, release = releasing()](World& world) mutable {
        switch (next) {
            case Next::kAsk:
                next = world.operation.takeBack() ? Next::kStore : Next::kRelease;
                return true;
            case Next::kRelease:
                return release(world);
            case Next::kStore:
                world.resultStored = true;
                next = Next::kTravel;
                return true;
            case Next::kTravel:
                world.operation.travel();
                next = Next::kPost;
                return true;
            case Next::kPost:
                world.queue.push_back(World::Packet::kTravelling);
                return false;
        }
        return false;
    }};
}

Party worker() {
    enum class Next { kDequeue, kStore, kFinish, kPublish };
    const auto step = std::make_shared<Next>(Next::kDequeue);
    const auto alone = std::make_shared<bool>(false);
    return {[step, alone](World& world) {
                switch (*step) {
                    case Next::kDequeue: {
                        const bool travelling = world.queue.front() == World::Packet::kTravelling;
                        world.queue.erase(world.queue.begin());
                        const Arrival arrival = world.operation.arrive(travelling);
                        *alone = arrival == Arrival::kAlone;
                        if (arrival == Arrival::kForeign) {
                            ++world.foreign;
                        } else {
                            *step = travelling ? Next::kFinish : Next::kStore;
                        }
                        break;
                    }
                    case Next::kStore:
                        EXPECT_FALSE(world.resultStored) << "two packets count";
                        world.resultStored = true;
                        *step = *alone ? Next::kFinish : Next::kPublish;
                        break;
                    case Next::kPublish:
                        *step = world.operation.publish() ? Next::kFinish : Next::kDequeue;
                        break;
                    case Next::kFinish:
                        world.finish();
                        *step = Next::kDequeue;
                        break;
                }
                return true;
            },
            [step](const World& world) { return *step != Next::kDequeue || !world.queue.empty(); }};
}

Party canceller() {
    return {[asked = false, release = releasing()](World& world) mutable {
        if (!asked) {
            asked = true;
            return world.operation.hold(0) == Hold::kGained;
        }
        return release(world);
    }};
}

Party forger(World::Packet packet) {
    return {[packet](World& world) {
        world.queue.push_back(packet);
        return false;
    }};
}

void play(World::Call call, const std::function<std::vector<Party>()>& others, Choices& choices) {
    World world;
    world.operation.begin();
    if (call != World::Call::kFails) {
        world.queue.push_back(World::Packet::kKernel);
    }
    std::vector<Party> parties = others();
    parties.push_back(submitter(call));
    for (;;) {
        std::vector<Party*> ready;
        for (Party& party : parties) {
            if (!party.done && party.ready(world)) {
                ready.push_back(&party);
            }
        }
        if (ready.empty()) {
            break;
        }
        Party& next = *ready[choices.among(static_cast<unsigned>(ready.size()))];
        next.done = !next.step(world);
    }
    EXPECT_EQ(1, world.finished);
    EXPECT_FALSE(world.operation.inFlight());
    EXPECT_EQ(1u, world.operation.generation());
}

// Every order of steps, for every way in which the call may come out. Stops at the first order that fails.
void playAll(const std::function<std::vector<Party>()>& others) {
    for (const World::Call call : {World::Call::kSucceeds, World::Call::kFails, World::Call::kFailsWithPacket}) {
        Choices choices;
        std::uint64_t orders = 0;
        do {
            play(call, others, choices);
            ++orders;
        } while (!::testing::Test::HasFailure() && choices.next());
        EXPECT_FALSE(::testing::Test::HasFailure()) << "call " << static_cast<int>(call) << ", order " << orders;
    }
}

TEST(RendezvousTest, FinishesOnceWithACancellerInAnyOrder) {
    playAll([] { return std::vector{worker(), canceller()}; });
}

TEST(RendezvousTest, FinishesOnceWithTwoWorkersAndACancellerInAnyOrder) {
    playAll([] { return std::vector{worker(), worker(), canceller()}; });
}

TEST(RendezvousTest, FinishesOnceWithTwoCancellersInAnyOrder) {
    playAll([] { return std::vector{worker(), canceller(), canceller()}; });
}

// A forged packet can tell a worker that the operation is over when the kernel has said so already, or when it travels;
// Operations::claim sees to the former.
TEST(RendezvousTest, FinishesOnceWithForgedPacketsInAnyOrder) {
    playAll([] { return std::vector{worker(), worker(), forger(World::Packet::kTravelling)}; });
    playAll([] { return std::vector{worker(), canceller(), forger(World::Packet::kTravelling)}; });
}

// The same with threads: submitter, canceller and two workers. The result is a plain field, so that a thread sanitizer
// sees whether the rendezvous orders who writes and reads it.
TEST(RendezvousTest, HasExactlyOneFinisher) {
    constexpr int kBlock = 64;
    constexpr int kBlocks = 2'000;  // 128 000 lives
    constexpr int kNoResult = -1;

    struct Life {
        Rendezvous operation;
        std::atomic<std::uint64_t> begun{0};  // generation + 1
        std::atomic<int> kernelPackets{0};
        std::atomic<int> travelling{0};
        std::atomic<int> finished{0};
        int result = kNoResult;
    };
    std::array<Life, kBlock> lives;
    MeetingPoint point{4};
    std::atomic<int> finished{0};
    std::atomic<int> packets{0};
    std::atomic<int> violations{0};

    const auto letGo = [&](Life& life) {
        for (;;) {
            switch (life.operation.release()) {
                case Release::kDone:
                    return;
                case Release::kCancelFirst:
                case Release::kTimeOutFirst:
                    break;
                case Release::kFinish:
                    ++packets;
                    life.travelling.fetch_add(1, std::memory_order_release);
                    return;
            }
        }
    };
    const auto submit = [&](Life& life, unsigned how) {
        ++packets;
        life.operation.begin();
        life.begun.store(life.operation.generation() + 1, std::memory_order_release);
        if (how == 0) {
            life.kernelPackets.fetch_add(1, std::memory_order_release);
            letGo(life);
            return;
        }
        if (how == 1) {
            --packets;
        } else {
            life.kernelPackets.fetch_add(1, std::memory_order_release);
        }
        if (life.operation.takeBack()) {
            life.result = 1;
            life.operation.travel();
            ++packets;
            life.travelling.fetch_add(1, std::memory_order_release);
        } else {
            letGo(life);
        }
    };
    const auto finish = [&](Life& life) {
        violations += life.result == kNoResult;
        violations += life.finished.fetch_add(1) != 0;
        life.result = kNoResult;
        life.operation.end();
        ++finished;
    };
    const auto taken = [](std::atomic<int>& queued) {
        int seen = queued.load(std::memory_order_acquire);
        return seen > 0 && queued.compare_exchange_strong(seen, seen - 1, std::memory_order_acquire);
    };
    const auto work = [&](Life& life) {
        const bool kernel = taken(life.kernelPackets);
        if (!kernel && !taken(life.travelling)) {
            return;
        }
        const Arrival arrival = life.operation.arrive(!kernel);
        if (arrival != Arrival::kForeign) {
            if (kernel) {
                life.result = 2;
            }
            if (arrival == Arrival::kAlone || life.operation.publish()) {
                finish(life);
            }
        }
        --packets;
    };

    concurrently(4, [&](unsigned party) {
        std::minstd_rand random{party + 1};
        for (int block = 0; block < kBlocks; ++block) {
            if (party == 0) {
                for (Life& life : lives) {
                    life.finished.store(0);
                }
                finished = 0;
            }
            point.meet();
            if (party == 0) {
                for (Life& life : lives) {
                    submit(life, static_cast<unsigned>(random() % 3));
                }
            } else if (party == 1) {
                for (Life& life : lives) {
                    const std::uint64_t generation = static_cast<std::uint64_t>(block);
                    while (life.begun.load(std::memory_order_acquire) != generation + 1) {
                        std::this_thread::yield();
                    }
                    if (life.operation.alive(generation) && life.operation.hold(generation) == Hold::kGained) {
                        letGo(life);
                    }
                }
            }
            // The first two help when they are through, as any thread may dequeue.
            while (finished.load() < kBlock || packets.load() > 0) {
                for (Life& life : lives) {
                    work(life);
                }
                std::this_thread::yield();
            }
            point.meet();
        }
    });
    EXPECT_EQ(0, violations.load());
}

}  // namespace
}  // namespace iocp4j
