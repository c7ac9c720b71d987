// All orders in which the threads of an operation can take their steps.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "engine/operation/Rendezvous.h"

namespace iocp4j {
namespace {

using Arrival = Rendezvous::Arrival;
using Hold = Rendezvous::Hold;
using Release = Rendezvous::Release;

// Produces all sequences of choices, one after the other.
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

// One operation, the port's queue and the parties that use them. Each party is a sequence of steps, and each step is
// one atomic access. The steps of different parties may interleave in any order.
struct World {
    // The behaviour of the call that starts the operation.
    enum class Call { kSucceeds, kFails, kFailsWithPacket };
    enum class Packet { kKernel, kSelfPosted };

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

using Step = std::function<bool(World&)>;  // returns false when the party has finished

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
                world.queue.push_back(World::Packet::kSelfPosted);
                return false;
        }
        return false;
    };
}

Party submitter(World::Call call) {
    if (call == World::Call::kSucceeds) {
        return {releasing()};
    }
    enum class Next { kAsk, kRelease, kStore, kSelfPost, kPost };
    return {[next = Next::kAsk, release = releasing()](World& world) mutable {
        switch (next) {
            case Next::kAsk:
                next = world.operation.claimByHolder() ? Next::kStore : Next::kRelease;
                return true;
            case Next::kRelease:
                return release(world);
            case Next::kStore:
                world.resultStored = true;
                next = Next::kSelfPost;
                return true;
            case Next::kSelfPost:
                world.operation.selfPost();
                next = Next::kPost;
                return true;
            case Next::kPost:
                world.queue.push_back(World::Packet::kSelfPosted);
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
                        const bool selfPosted = world.queue.front() == World::Packet::kSelfPosted;
                        world.queue.erase(world.queue.begin());
                        const Arrival arrival = world.operation.arrive(selfPosted);
                        *alone = arrival == Arrival::kAlone;
                        if (arrival == Arrival::kForeign) {
                            ++world.foreign;
                        } else {
                            *step = selfPosted ? Next::kFinish : Next::kStore;
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

// Plays all orders for each outcome of the call. Stops at the first order that fails.
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

TEST(RendezvousOrdersTest, FinishesOnceWithACancellerInAnyOrder) {
    playAll([] { return std::vector{worker(), canceller()}; });
}

TEST(RendezvousOrdersTest, FinishesOnceWithTwoWorkersAndACancellerInAnyOrder) {
    playAll([] { return std::vector{worker(), worker(), canceller()}; });
}

TEST(RendezvousOrdersTest, FinishesOnceWithTwoCancellersInAnyOrder) {
    playAll([] { return std::vector{worker(), canceller(), canceller()}; });
}

// A forged packet counts only if the kernel has written the status, which Operations::claim checks, or if the operation
// is self-posted.
TEST(RendezvousOrdersTest, FinishesOnceWithForgedPacketsInAnyOrder) {
    playAll([] { return std::vector{worker(), worker(), forger(World::Packet::kSelfPosted)}; });
    playAll([] { return std::vector{worker(), canceller(), forger(World::Packet::kSelfPosted)}; });
}

}  // namespace
}  // namespace iocp4j
