#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "../fixtures/NewPort.h"
#include "../fixtures/WaitFor.h"
#include "../fixtures/Wine.h"
#include "win32/KernelPort.h"

namespace iocp4j::win32 {
namespace {

using namespace test;
using Outcome = KernelPort::Outcome;

// How the kernel schedules the threads that wait for packets. The sizes of the worker pool depend on it.

constexpr unsigned kThreads = 4;

// The threads, numbered in the order in which they began to wait, in the order in which they got packets.
std::vector<unsigned> orderOfRelease() {
    const KernelPort port = newPort(kThreads);
    std::mutex mutex;
    std::vector<unsigned> released;
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < kThreads; ++i) {
            threads.emplace_back([&, i] {
                KernelPort::Packet packet;
                EXPECT_EQ(Outcome::kPackets, port.dequeueOne(packet, INFINITE));
                const std::lock_guard lock{mutex};
                released.push_back(i);
            });
            // Nothing shows that it waits.
            ::Sleep(30);
        }
        for (unsigned i = 1; i <= kThreads; ++i) {
            EXPECT_EQ(DWORD{ERROR_SUCCESS}, port.post(0, 0, nullptr));
            EXPECT_TRUE(waitFor([&] {
                const std::lock_guard lock{mutex};
                return released.size() == i;
            }));
        }
    }
    return released;
}

TEST(PortThreadsTest, WhoBeganToWaitLastIsReleasedFirst) {
    const std::vector<unsigned> lastFirst{3, 2, 1, 0};
    const std::vector<unsigned> firstFirst{0, 1, 2, 3};
    // On a busy machine a thread may be late.
    std::vector<unsigned> order;
    for (int round = 0; round < 10 && order != lastFirst && order != firstFirst; ++round) {
        order = orderOfRelease();
    }
    if (isWine() && order == firstFirst) {
        GTEST_SKIP() << "Wine before 10 releases the threads in the order in which they began to wait";
    }
    EXPECT_EQ(lastFirst, order);
}

TEST(PortThreadsTest, NoMoreRunThanTheConcurrencyValue) {
    const KernelPort port = newPort(1);
    const Handle event{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    std::atomic<unsigned> released{0};
    std::atomic<unsigned> mayGoOn{0};
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            KernelPort::Packet packet;
            EXPECT_EQ(Outcome::kPackets, port.dequeueOne(packet, INFINITE));
            const unsigned mine = released++;
            // Busy all the time, because a thread that sleeps or yields in a wait does not count as running.
            while (mayGoOn.load() <= mine) {
                YieldProcessor();
            }
            if (mine == 0) {
                ::WaitForSingleObject(event.get(), INFINITE);
            }
        });
    }
    for (unsigned i = 0; i < kThreads; ++i) {
        EXPECT_EQ(DWORD{ERROR_SUCCESS}, port.post(0, 0, nullptr));
    }
    // Meanwhile as many threads of another port get their packets, so that all of this port's could have got theirs.
    const auto noMoreThan = [&](unsigned count) {
        EXPECT_TRUE(waitFor([&] { return released >= count; })) << "a blocked thread releases another one";
        orderOfRelease();
        return released <= count;
    };
    bool limited = noMoreThan(1);
    if (limited) {
        mayGoOn = 1;
        limited = noMoreThan(2);
    }
    if (limited) {
        mayGoOn = 2;
        EXPECT_TRUE(waitFor([&] { return released > 2; })) << "and so does a thread that ends";
    } else {
        EXPECT_TRUE(waitFor([&] { return released == kThreads; })) << "more threads run than the concurrency allows";
    }
    mayGoOn = kThreads;
    EXPECT_TRUE(waitFor([&] { return released == kThreads; }));
    ::SetEvent(event.get());
    threads.clear();
    if (isWine() && !limited) {
        GTEST_SKIP() << "Wine ignores the concurrency value";
    }
    EXPECT_TRUE(limited);
}

}  // namespace
}  // namespace iocp4j::win32
