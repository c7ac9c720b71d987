#include <gtest/gtest.h>

#include <functional>

#include "../fixtures/FakeCall.h"
#include "../fixtures/Wine.h"
#include "win32/Quirks.h"

namespace iocp4j::win32 {
namespace {

using namespace test;

// Detects the quirk on a system with that LockFileEx.
bool locksQueueNoPacket(const std::function<BOOL(HANDLE port, OVERLAPPED*)>& lockFileEx) {
    using Create = FakeCall<&Calls::createIoCompletionPort>;
    HANDLE port = nullptr;
    const Create create{[&](HANDLE file, HANDLE existing, ULONG_PTR key, DWORD threads) {
        const HANDLE made = Create::real(file, existing, key, threads);
        port = port == nullptr ? made : port;
        return made;
    }};
    const FakeCall<&Calls::lockFileEx> lock{
        [&](HANDLE, DWORD, DWORD, DWORD, DWORD, OVERLAPPED* overlapped) { return lockFileEx(port, overlapped); }};
    return findQuirks().locksQueueNoPacket;
}

TEST(QuirksTest, WindowsHasNone) {
    if (isWine()) {
        GTEST_SKIP() << "is about Windows";
    }
    const FakeCall<&Calls::lockFileEx> lock{[](auto...) {
        ADD_FAILURE() << "nothing is tried on Windows";
        return failing(ERROR_NOT_SUPPORTED);
    }};
    const Quirks found = findQuirks();
    EXPECT_FALSE(found.statusMayBeUnwritten || found.roomCostsTime || found.concurrencyIgnored ||
                 found.waitingReceivesCostTime || found.locksQueueNoPacket || found.holdersTakeClients ||
                 found.consoleReadIsStub);
}

TEST(QuirksTest, AreTheSameEachTime) {
    EXPECT_EQ(&quirks(), &quirks());
    EXPECT_EQ(isWine(), quirks().statusMayBeUnwritten);
    EXPECT_EQ(isWine(), quirks().concurrencyIgnored);
    EXPECT_EQ(isWine(), quirks().waitingReceivesCostTime);
    EXPECT_EQ(findQuirks().locksQueueNoPacket, quirks().locksQueueNoPacket);
    EXPECT_EQ(findQuirks().holdersTakeClients, quirks().holdersTakeClients);
}

TEST(QuirksTest, LockIsTried) {
    if (!isWine()) {
        GTEST_SKIP() << "nothing is tried on Windows";
    }
    EXPECT_FALSE(locksQueueNoPacket(
        [](HANDLE port, OVERLAPPED* overlapped) { return ::PostQueuedCompletionStatus(port, 0, 0, overlapped); }));
    EXPECT_TRUE(locksQueueNoPacket([](HANDLE, OVERLAPPED*) { return TRUE; }));
    EXPECT_FALSE(locksQueueNoPacket([](HANDLE, OVERLAPPED*) { return failing(ERROR_LOCK_VIOLATION); }));
}

TEST(QuirksTest, LockQueuesAPacketWhereItCannotBeTried) {
    const FakeCall<&Calls::createFile> fake{[](auto...) {
        ::SetLastError(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }};
    EXPECT_FALSE(findQuirks().locksQueueNoPacket);
}

}  // namespace
}  // namespace iocp4j::win32
