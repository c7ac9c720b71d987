#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "../fixtures/FakeCall.h"
#include "../fixtures/NewPort.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/WaitFor.h"
#include "../fixtures/Wine.h"
#include "win32/KernelPort.h"

namespace iocp4j::win32 {
namespace {

using namespace test;
using Outcome = KernelPort::Outcome;
using Packet = KernelPort::Packet;

Outcome dequeueOne(const KernelPort& port, Packet& packet, DWORD milliseconds) {
    return port.dequeueOne(packet, milliseconds);
}

template <bool alertable>
Outcome dequeueMany(const KernelPort& port, Packet& packet, DWORD milliseconds) {
    std::array<OVERLAPPED_ENTRY, 4> entries{};
    const auto dequeued = port.dequeueMany(entries, milliseconds, alertable);
    EXPECT_EQ(dequeued.outcome == Outcome::kPackets ? 1u : 0u, dequeued.count);
    if (dequeued.outcome == Outcome::kPackets) {
        packet = Packet{entries[0].lpCompletionKey, entries[0].lpOverlapped, entries[0].dwNumberOfBytesTransferred,
                        errorOfStatus(entries[0].Internal)};
    }
    return dequeued.outcome;
}

struct Way {
    const char* name;
    bool alertable;
    Outcome (*dequeue)(const KernelPort&, Packet&, DWORD milliseconds);
};

// Each function that dequeues, with all outcomes. Waits that must end otherwise use kLong as the timeout.
class DequeueTest : public ::testing::TestWithParam<Way> {
protected:
    static constexpr DWORD kLong = 60'000;
    static constexpr DWORD kForEver = INFINITE;

    Outcome dequeue(DWORD milliseconds) { return GetParam().dequeue(port_, packet_, milliseconds); }

    // The same while another thread acts, most likely when this thread already waits.
    template <class Act>
    Outcome dequeueMeanwhile(DWORD milliseconds, const Act& act) {
        const std::jthread other{[&act] {
            ::Sleep(20);
            act();
        }};
        return dequeue(milliseconds);
    }

    void queueApc(HANDLE thread = ::GetCurrentThread()) {
        EXPECT_TRUE(::QueueUserAPC([](ULONG_PTR self) { ++reinterpret_cast<DequeueTest*>(self)->apcs_; }, thread,
                                   reinterpret_cast<ULONG_PTR>(this)));
    }

    KernelPort port_ = newPort();
    Packet packet_{11, reinterpret_cast<OVERLAPPED*>(12), 13, 14};
    int apcs_ = 0;
};

TEST_P(DequeueTest, BringsWhatIsThere) {
    std::uint32_t bytes = 0;
    for (const DWORD milliseconds : {DWORD{0}, DWORD{20}, kForEver}) {
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, port_.post(++bytes, 7, nullptr));
        ASSERT_EQ(Outcome::kPackets, dequeue(milliseconds));
        EXPECT_EQ(bytes, packet_.bytes);
        EXPECT_EQ(7u, packet_.key);
        EXPECT_EQ(nullptr, packet_.overlapped);
        EXPECT_EQ(DWORD{ERROR_SUCCESS}, packet_.error);
    }
}

TEST_P(DequeueTest, WaitsForWhatIsToCome) {
    for (const DWORD milliseconds : {kLong, kForEver}) {
        OVERLAPPED overlapped{};
        ASSERT_EQ(Outcome::kPackets, dequeueMeanwhile(milliseconds, [&] { port_.post(3, 5, &overlapped); }));
        EXPECT_EQ(3u, packet_.bytes);
        EXPECT_EQ(5u, packet_.key);
        EXPECT_EQ(&overlapped, packet_.overlapped);
    }
}

TEST_P(DequeueTest, TimesOut) {
    for (const DWORD milliseconds : {0u, 1u, 20u}) {
        EXPECT_EQ(Outcome::kTimeout, dequeue(milliseconds));
        EXPECT_EQ(11u, packet_.key) << "the packet is unchanged";
    }
}

TEST_P(DequeueTest, FailedOperationIsAPacket) {
    PipeEnds pipe;
    ASSERT_EQ(DWORD{ERROR_SUCCESS}, port_.associate(pipe.server.get(), 5));
    char buffer[4];
    OVERLAPPED reads[3]{};
    for (OVERLAPPED& read : reads) {
        ASSERT_FALSE(::ReadFile(pipe.server.get(), buffer, sizeof(buffer), nullptr, &read));
        ASSERT_EQ(DWORD{ERROR_IO_PENDING}, ::GetLastError());
    }
    // One at a time, so that both functions find one packet.
    for (OVERLAPPED& read : reads) {
        ASSERT_EQ(Outcome::kPackets,
                  dequeueMeanwhile(kForEver, [&] { EXPECT_TRUE(::CancelIoEx(pipe.server.get(), &read)); }));
        EXPECT_EQ(5u, packet_.key);
        EXPECT_EQ(&read, packet_.overlapped);
        EXPECT_EQ(0u, packet_.bytes);
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, packet_.error);
    }
    EXPECT_EQ(Outcome::kTimeout, dequeue(0));
}

TEST_P(DequeueTest, ApcsRunInAlertableWaitsOnly) {
    queueApc();
    queueApc();
    if (GetParam().alertable) {
        EXPECT_EQ(Outcome::kInterrupted, dequeue(kForEver));
        EXPECT_EQ(2, apcs_) << "all that are queued";
    } else {
        EXPECT_EQ(Outcome::kTimeout, dequeue(0));
        EXPECT_EQ(Outcome::kTimeout, dequeue(20));
        EXPECT_EQ(0, apcs_);
        ::SleepEx(0, TRUE);
        EXPECT_EQ(2, apcs_);
    }
    EXPECT_EQ(11u, packet_.key) << "the packet is unchanged";
}

TEST_P(DequeueTest, ApcsEndAlertableWaitsOnly) {
    const Handle here{::OpenThread(THREAD_SET_CONTEXT, FALSE, ::GetCurrentThreadId())};
    ASSERT_TRUE(here);
    const Outcome outcome = dequeueMeanwhile(kForEver, [&] {
        queueApc(here.get());
        if (!GetParam().alertable) {
            port_.post(3, 5, nullptr);
        }
    });
    EXPECT_EQ(GetParam().alertable ? Outcome::kInterrupted : Outcome::kPackets, outcome);
    EXPECT_EQ(GetParam().alertable ? 1 : 0, apcs_);
    ::SleepEx(0, TRUE);
    EXPECT_EQ(1, apcs_);
}

TEST_P(DequeueTest, PacketsAndApcsAtOnceComeOneByOne) {
    ASSERT_EQ(DWORD{ERROR_SUCCESS}, port_.post(3, 5, nullptr));
    queueApc();
    if (GetParam().alertable) {
        const Outcome first = dequeue(kForEver);
        const Outcome second = dequeue(kForEver);
        EXPECT_TRUE((first == Outcome::kPackets && second == Outcome::kInterrupted) ||
                    (first == Outcome::kInterrupted && second == Outcome::kPackets))
            << "Windows does not say which comes first";
        EXPECT_EQ(1, apcs_);
    } else {
        EXPECT_EQ(Outcome::kPackets, dequeue(kForEver));
        EXPECT_EQ(0, apcs_);
        ::SleepEx(0, TRUE);
    }
    EXPECT_EQ(5u, packet_.key);
    EXPECT_EQ(Outcome::kTimeout, dequeue(0));
}

TEST_P(DequeueTest, HandleThatIsNoPortIsNotMistakenForATimeout) {
    port_ = KernelPort{};
    for (const DWORD milliseconds : {DWORD{0}, kForEver}) {
        EXPECT_EQ(Outcome::kLost, dequeue(milliseconds));
        EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, port_.lossReason());
        EXPECT_EQ(11u, packet_.key) << "the packet is unchanged";
    }
}

TEST_P(DequeueTest, WaitingThreadLearnsThatThePortIsClosed) {
    HANDLE handle = nullptr;
    const FakeCall<&Calls::createIoCompletionPort> create{
        [&](HANDLE file, HANDLE existing, ULONG_PTR key, DWORD concurrency) {
            return handle = decltype(create)::real(file, existing, key, concurrency);
        }};
    Outcome outcome = Outcome::kPackets;
    DWORD error = ERROR_INVALID_HANDLE;
    // A thread that is late finds no port, and has not waited.
    const bool waited = waitFor([&] {
        KernelPort closing = newPort();
        std::thread waiter{[&] {
            outcome = GetParam().dequeue(closing, packet_, 500);
            error = ::GetLastError();
        }};
        ::Sleep(50);
        ::CloseHandle(handle);
        waiter.join();
        // The owner then finds the port closed.
        const FakeCall<&Calls::closeHandle> closeHandle{[](HANDLE) { return TRUE; }};
        closing = KernelPort{};
        return error != ERROR_INVALID_HANDLE;
    });
    ASSERT_TRUE(waited);
    if (isWine() && error == WAIT_TIMEOUT) {
        GTEST_SKIP() << "in Wine before 10, the close of a port does not wake the threads that wait for it";
    }
    EXPECT_EQ(Outcome::kLost, outcome);
    EXPECT_EQ(DWORD{ERROR_ABANDONED_WAIT_0}, error);
    EXPECT_EQ(11u, packet_.key) << "the packet is unchanged";
}

INSTANTIATE_TEST_SUITE_P(All, DequeueTest,
                         ::testing::Values(Way{"One", false, dequeueOne}, Way{"Many", false, dequeueMany<false>},
                                           Way{"ManyAlertably", true, dequeueMany<true>}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

}  // namespace
}  // namespace iocp4j::win32
