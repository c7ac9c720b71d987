#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "../fixtures/Simulation.h"

namespace iocp4j::model {

using test::Request;

// The listener's reaction to a completion.
enum class Reaction : std::uint8_t {
    kNone,
    kResubmit,
    kPost,
    kCloseDevice,
    kClosePort,
    kCancelAll,
    kBlock,
    kThrow,  // and does not see the rest of the batch. The sink must not throw, so the exception ends in the dispatcher
};

// An operation that a schedule may start, or a packet that it may post.
struct Plan {
    bool isPost = false;
    bool writes = false;
    unsigned pipe = 0;
    Request::Answer answer{};
    Request::Cancel cancel{};
    std::uint32_t status = 0;
    std::uint32_t bytes = 0;
    DWORD error = 0;
    Operations::Timeout timeout = Operations::kForEver;
    Reaction reaction = Reaction::kNone;
    unsigned next = 0;  // the plan for kResubmit and kPost
};

struct Action {
    enum class Kind : std::uint8_t {
        kStart,            // plan `target`
        kComplete,         // a pending request
        kCancel,           // the operation of plan `target`, on its own device
        kCancelElsewhere,  // the same on another device
        kCancelGarbage,
        kCancelAll,  // of pipe `target`
        kClose,      // pipe `target`
        kCloseAndWait,
        kOpen,    // pipe `target`
        kInline,  // enable inline completion on pipe `target`
        kForge,   // a packet
        kSnapshot,
        kClosePort,
        kYield,
    };
    Kind kind;
    unsigned target = 0;
    std::uint64_t random = 0;
};

// The actions of several threads on a port and its devices, all derived from one number.
struct Schedule {
    static constexpr unsigned kThreads = 3;
    static constexpr unsigned kPipes = 6;
    static constexpr Operations::Timeout kLongTimeout{60'000};  // never reached

    explicit Schedule(std::uint64_t seed) : random_(seed) {
        openPipes = 1 + below(3);
        closesPort = below(40) == 0;
        waitsForDeadlines = below(24) == 0;
        if (below(4) == 0) {
            failingPosts = below(3) == 0 ? 700 : 100;
        }
        idleDequeues = below(4) == 0 ? 100 : 0;
        shortDequeues = below(3) == 0 ? 300 : 0;
        failingCreations = below(8) == 0 ? 300 : 0;
        failingDequeues = below(100) == 0 ? 20 : 0;
        latePackets = below(6) == 0 ? 100 : 0;
        disorderlyDequeues = below(4) == 0 ? 500 : 0;
        failingCancels = below(6) == 0 ? 300 : 0;
        failingCloses = below(10) == 0 ? 300 : 0;
        unskippedPackets = below(4) == 0 ? 300 : 0;
        // Limits the actions that close or block: only a few schedules consist mostly of them.
        closeWeight_ = below(8) == 0 ? 4 : 1;
        for (auto& actions : threads) {
            const unsigned length = 6 + below(20);
            for (unsigned i = 0; i < length; ++i) {
                actions.push_back(action());
            }
        }
        if (closesPort) {
            auto& actions = threads[below(kThreads)];
            actions.insert(actions.begin() + below(static_cast<unsigned>(actions.size())),
                           {Action::Kind::kClosePort, 0, 0});
        }
    }

    unsigned openPipes;  // at the beginning
    bool closesPort;
    bool waitsForDeadlines;  // possible, because it completes nothing
    unsigned failingPosts = 0;
    unsigned idleDequeues;
    unsigned shortDequeues;
    unsigned failingCreations;
    unsigned failingDequeues;
    unsigned latePackets;
    unsigned disorderlyDequeues;
    unsigned failingCancels;
    unsigned failingCloses;
    unsigned unskippedPackets;
    std::vector<Plan> plans;
    std::vector<Action> threads[kThreads];

private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    Action action() {
        using Kind = Action::Kind;
        const unsigned dice = below(100);
        const std::uint64_t number = random_();
        const unsigned anyPlan = plans.empty() ? 0 : below(static_cast<unsigned>(plans.size()));
        if (dice < 46 || plans.empty()) {
            return {Kind::kStart, plan(3), number};
        }
        if (dice < 64) {
            return {waitsForDeadlines ? Kind::kYield : Kind::kComplete, 0, number};
        }
        if (dice < 74) {
            return {Kind::kCancel, anyPlan, number};
        }
        if (dice < 76) {
            return {Kind::kCancelElsewhere, anyPlan, number};
        }
        if (dice < 78) {
            return {Kind::kCancelGarbage, below(kPipes), number};
        }
        if (dice < 80) {
            return {Kind::kCancelAll, below(kPipes), number};
        }
        if (dice < 82 + closeWeight_) {
            return {number % 2 == 0 ? Kind::kClose : Kind::kCloseAndWait, below(kPipes), number};
        }
        if (dice < 88) {
            return {Kind::kOpen, below(kPipes), number};
        }
        if (dice < 91) {
            return {Kind::kForge, anyPlan, number};
        }
        if (dice < 93) {
            return {Kind::kInline, below(openPipes), number};
        }
        return {dice < 94 ? Kind::kSnapshot : Kind::kYield, 0, number};
    }

    // A new plan, with its followers.
    unsigned plan(unsigned followers) {
        Plan made;
        made.isPost = below(12) == 0;
        made.writes = below(3) == 0;
        made.pipe = below(kPipes);
        if (below(8) != 0) {
            made.pipe = below(openPipes);
        }
        const unsigned answer = below(20);
        made.answer = answer < 10   ? Request::Answer::kPends
                      : answer < 14 ? Request::Answer::kSucceeds
                      : answer < 16 ? Request::Answer::kFails
                      : answer < 17 ? (below(2) == 0 ? Request::Answer::kFailsAndPosts : Request::Answer::kFailsAndEnds)
                      : answer < 18 ? Request::Answer::kTruncates
                                    : Request::Answer::kOvertakes;
        const unsigned cancel = below(10);
        made.cancel = cancel < 5   ? Request::Cancel::kObeys
                      : cancel < 7 ? Request::Cancel::kHesitates
                      : cancel < 9 ? Request::Cancel::kTooLate
                                   : Request::Cancel::kIgnores;
        made.status = below(5) == 0 ? test::kStatusBroken : test::kStatusOk;
        made.bytes = below(8) == 0 && made.answer != Request::Answer::kFailsAndEnds ? 0 : 1 + below(1'000);
        made.error = below(2) == 0 ? ERROR_BROKEN_PIPE : ERROR_ACCESS_DENIED;
        if (below(10) < 4) {
            made.timeout = below(4) == 0 ? kLongTimeout : Operations::Timeout{below(10)};
        }
        const unsigned reaction = below(40);
        if (followers > 0 && reaction < 12) {
            made.reaction = reaction < 10 ? Reaction::kResubmit : Reaction::kPost;
            made.next = plan(followers - 1);
            plans[made.next].isPost = made.reaction == Reaction::kPost;
        } else if (reaction < 12 + closeWeight_) {
            made.reaction = Reaction::kCloseDevice;
        } else if (reaction < 13 + 2 * closeWeight_) {
            made.reaction = Reaction::kBlock;
        } else if (reaction == 37) {
            made.reaction = Reaction::kThrow;
        } else if (reaction == 38) {
            made.reaction = Reaction::kCancelAll;
        } else if (reaction == 39 && closesPort) {
            made.reaction = Reaction::kClosePort;
        }
        plans.push_back(made);
        return static_cast<unsigned>(plans.size() - 1);
    }

    std::mt19937_64 random_;
    unsigned closeWeight_;
};

}  // namespace iocp4j::model
