// Submitter, canceller and two workers as threads, in random orders. RendezvousOrdersTest tries all orders.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "../../fixtures/Concurrently.h"
#include "engine/operation/Rendezvous.h"

namespace iocp4j {
namespace {

using test::concurrently;
using test::MeetingPoint;

using Arrival = Rendezvous::Arrival;
using Hold = Rendezvous::Hold;
using Release = Rendezvous::Release;

// The result is not atomic, so that the thread sanitizer checks whether the rendezvous orders its writer and reader.
TEST(RendezvousRaceTest, HasExactlyOneFinisher) {
    constexpr int kBlock = 64;
    constexpr int kBlocks = 2'000;  // 128 000 operations
    constexpr int kNoResult = -1;

    struct Life {
        Rendezvous operation;
        std::atomic<std::uint64_t> begun{0};  // generation + 1
        std::atomic<int> kernelPackets{0};
        std::atomic<int> selfPosted{0};
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
                    life.selfPosted.fetch_add(1, std::memory_order_release);
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
        if (life.operation.claimByHolder()) {
            life.result = 1;
            life.operation.selfPost();
            ++packets;
            life.selfPosted.fetch_add(1, std::memory_order_release);
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
        if (!kernel && !taken(life.selfPosted)) {
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
            // The first two threads help when they have finished, because any thread may dequeue.
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
