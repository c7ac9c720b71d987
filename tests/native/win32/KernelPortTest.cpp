#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "../fixtures/NewPort.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/Wine.h"
#include "win32/KernelPort.h"

namespace iocp4j::win32 {
namespace {

using test::FakeCall;
using test::newPort;
using test::PipeEnds;
using Outcome = KernelPort::Outcome;

OVERLAPPED* fakePointer(std::uintptr_t value) { return reinterpret_cast<OVERLAPPED*>(value); }

TEST(KernelPortTest, SaysWhyItCannotBeCreated) {
    FakeCall<&Calls::createIoCompletionPort> create{[](HANDLE, HANDLE, ULONG_PTR, DWORD) -> HANDLE {
        ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
        return nullptr;
    }};
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, KernelPort::create(0).error());
}

TEST(KernelPortTest, HandsTheConcurrencyToTheKernel) {
    DWORD asked = 99;
    FakeCall<&Calls::createIoCompletionPort> create{[&](HANDLE file, HANDLE port, ULONG_PTR key, DWORD concurrency) {
        asked = concurrency;
        return decltype(create)::real(file, port, key, concurrency);
    }};
    (void)KernelPort::create(3);
    EXPECT_EQ(3u, asked);
    (void)KernelPort::create(0);
    EXPECT_EQ(0u, asked);
}

TEST(KernelPortTest, PostsFromItsReserveWhatCannotBePostedOtherwise) {
    FakeCall<&Calls::postQueuedCompletionStatus> post{
        [](HANDLE, DWORD, ULONG_PTR, OVERLAPPED*) -> BOOL { return test::failing(ERROR_NO_SYSTEM_RESOURCES); }};
    const KernelPort port = newPort();
    for (std::uint64_t key = 7; key < 10; ++key) {
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, port.post(0, key, nullptr));
        const ErrorCode error = port.postReserved(key);
        if (test::isWine() && error == ERROR_CALL_NOT_IMPLEMENTED) {
            GTEST_SKIP() << "Wine before 10 has no reserves";
        }
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, error);
        KernelPort::Packet packet;
        ASSERT_EQ(Outcome::kPackets, port.dequeueOne(packet, 0));
        EXPECT_EQ(key, packet.key);
        EXPECT_EQ(nullptr, packet.overlapped);
        EXPECT_EQ(0u, packet.bytes);
        EXPECT_EQ(Outcome::kTimeout, port.dequeueOne(packet, 0));
    }
}

TEST(KernelPortTest, DoesWithoutAReserve) {
    FakeCall<&Calls::allocatePacketReserve> reserve{[]() -> HANDLE {
        ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
        return nullptr;
    }};
    const KernelPort port = newPort();
    EXPECT_EQ(DWORD{ERROR_CALL_NOT_IMPLEMENTED}, port.postReserved(7));
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, port.post(0, 7, nullptr));
}

TEST(KernelPortTest, CarriesPacketsVerbatim) {
    const KernelPort port = newPort();
    struct Sent {
        std::uint32_t bytes;
        std::uint64_t key;
        OVERLAPPED* overlapped;
    };
    const Sent sent[] = {
        {0, 0, nullptr},
        {1, 2, fakePointer(3)},
        {0xffff'ffff, ~std::uint64_t{0}, nullptr},
        {0xffff'ffff, 0x8000'0000'0000'0000, fakePointer(~std::uintptr_t{0})},
    };
    for (const Sent& packet : sent) {
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.post(packet.bytes, packet.key, packet.overlapped));
    }
    for (const Sent& expected : sent) {
        KernelPort::Packet packet;
        ASSERT_EQ(Outcome::kPackets, port.dequeueOne(packet, 0));
        EXPECT_EQ(expected.bytes, packet.bytes);
        EXPECT_EQ(expected.key, packet.key);
        EXPECT_EQ(expected.overlapped, packet.overlapped);
        EXPECT_EQ(DWORD{ERROR_SUCCESS}, packet.error);
    }
    for (const Sent& packet : sent) {
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.post(packet.bytes, packet.key, packet.overlapped));
    }
    std::array<OVERLAPPED_ENTRY, 8> entries{};
    const auto dequeued = port.dequeueMany(entries, 0, false);
    ASSERT_EQ(Outcome::kPackets, dequeued.outcome);
    ASSERT_EQ(std::size(sent), dequeued.count);
    for (std::size_t i = 0; i < std::size(sent); ++i) {
        EXPECT_EQ(sent[i].bytes, entries[i].dwNumberOfBytesTransferred);
        EXPECT_EQ(sent[i].key, entries[i].lpCompletionKey);
        EXPECT_EQ(sent[i].overlapped, entries[i].lpOverlapped);
    }
}

TEST(KernelPortTest, KeepsTheOrderOfPackets) {
    const KernelPort port = newPort();
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.post(i, 0, nullptr));
    }
    std::uint32_t next = 0;
    std::array<OVERLAPPED_ENTRY, 64> entries{};
    while (next < 1'000) {
        const auto dequeued = port.dequeueMany(entries, 0, false);
        ASSERT_EQ(Outcome::kPackets, dequeued.outcome);
        for (std::uint32_t i = 0; i < dequeued.count; ++i) {
            ASSERT_EQ(next++, entries[i].dwNumberOfBytesTransferred);
        }
    }
    EXPECT_EQ(Outcome::kTimeout, port.dequeueMany(entries, 0, false).outcome);
}

TEST(KernelPortTest, TakesAsManyAsThereAreAtOnce) {
    const KernelPort port = newPort();
    for (std::uint32_t i = 0; i < 300; ++i) {
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.post(i, 7, nullptr));
    }
    std::vector<OVERLAPPED_ENTRY> entries(512);
    const auto dequeued = port.dequeueMany(entries, 0, false);
    ASSERT_EQ(Outcome::kPackets, dequeued.outcome);
    ASSERT_EQ(300u, dequeued.count);
    for (std::uint32_t i = 0; i < 300; ++i) {
        EXPECT_EQ(i, entries[i].dwNumberOfBytesTransferred);
    }
}

TEST(KernelPortTest, TakesNoMoreThanFit) {
    const KernelPort port = newPort();
    for (std::uint32_t i = 0; i < 10; ++i) {
        ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.post(i, 7, nullptr));
    }
    std::array<OVERLAPPED_ENTRY, 4> entries{};
    EXPECT_EQ(4u, port.dequeueMany(entries, 0, false).count);
    EXPECT_EQ(4u, port.dequeueMany(entries, 0, false).count);
    EXPECT_EQ(2u, port.dequeueMany(entries, 0, false).count);
}

TEST(KernelPortTest, GathersTheCompletionsOfSeveralHandlesUnderTheirKeys) {
    const KernelPort port = newPort();
    PipeEnds first;
    PipeEnds second;
    ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.associate(first.server.get(), 101));
    ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.associate(second.server.get(), 102));
    ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.associate(second.client.get(), 103));

    OVERLAPPED writes[3]{};
    ASSERT_TRUE(::WriteFile(first.server.get(), "a", 1, nullptr, &writes[0]) || ::GetLastError() == ERROR_IO_PENDING);
    ASSERT_TRUE(::WriteFile(second.server.get(), "bc", 2, nullptr, &writes[1]) || ::GetLastError() == ERROR_IO_PENDING);
    ASSERT_TRUE(::WriteFile(second.client.get(), "def", 3, nullptr, &writes[2]) ||
                ::GetLastError() == ERROR_IO_PENDING);
    for (std::uint32_t i = 0; i < 3; ++i) {
        KernelPort::Packet packet;
        ASSERT_EQ(Outcome::kPackets, port.dequeueOne(packet, 10'000));
        EXPECT_EQ(packet.key - 100, packet.bytes);
        EXPECT_EQ(&writes[packet.key - 101], packet.overlapped);
        EXPECT_EQ(DWORD{ERROR_SUCCESS}, packet.error);
    }
}

TEST(KernelPortTest, RefusesToAssociateAHandleAgain) {
    const KernelPort port = newPort();
    const KernelPort other = newPort();
    PipeEnds pipe;
    ASSERT_EQ(DWORD{ERROR_SUCCESS}, port.associate(pipe.server.get(), 1));
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, port.associate(pipe.server.get(), 2));
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, other.associate(pipe.server.get(), 1));
}

TEST(KernelPortTest, RefusesToAssociateWhatIsNoOverlappedHandle) {
    const KernelPort port = newPort();
    HANDLE readEnd = nullptr;
    HANDLE writeEnd = nullptr;
    ASSERT_TRUE(::CreatePipe(&readEnd, &writeEnd, nullptr, 0));
    const Handle closeRead{readEnd};
    const Handle closeWrite{writeEnd};
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, port.associate(readEnd, 1));
    const Handle event{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    EXPECT_NE(DWORD{ERROR_SUCCESS}, port.associate(event.get(), 1));
}

TEST(KernelPortTest, PostsNothingToWhatIsNoPort) {
    const KernelPort nothing;
    EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, nothing.post(0, 0, nullptr));
}

}  // namespace
}  // namespace iocp4j::win32
