// Servers that cannot be opened, and servers that cannot create instances.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/PipeServers.h"
#include "../../fixtures/Rounds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(NamedPipeServerFailureTest, ReportsThatItCannotAcceptAndRecovers) {
    std::atomic<int> failures{4};
    FakeCall<&win32::Calls::connectNamedPipe> connect{[&](HANDLE pipe, OVERLAPPED* overlapped) -> BOOL {
        if (failures.fetch_sub(1) > 0) {
            return failing(ERROR_NO_SYSTEM_RESOURCES);
        }
        return decltype(connect)::real(pipe, overlapped);
    }};
    Recording recording;
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer(2);
    const Device::Key server = openAndListen(port, settings);
    ASSERT_TRUE(waitForAccepts(recording, 4));
    EXPECT_TRUE(waitForListening(port, server, 2)) << "after the reminder";
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 5));
    const auto all = accepts(recording);
    EXPECT_EQ(0u, all[4].status);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, all[i].status);
        EXPECT_EQ(server, all[i].key) << "a failure has the key of the server";
        EXPECT_EQ(kServerToken, all[i].token);
        EXPECT_EQ(0u, all[i].detail);
    }
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.size() == 1 + 2 + 1; }));
}

// After a lasting failure the server must pause between attempts.
TEST(NamedPipeServerFailureTest, TriesAgainAfterAWhileOnly) {
    constexpr unsigned kListening = 3;
    std::atomic<unsigned> attempts{0};
    FakeCall<&win32::Calls::connectNamedPipe> connect{[&](HANDLE, OVERLAPPED*) {
        ++attempts;
        return failing(ERROR_NO_SYSTEM_RESOURCES);
    }};
    Recording recording;
    TestPort port{recording};
    const auto begin = std::chrono::steady_clock::now();
    const Device::Key server = openAndListen(port, newServer(kListening));
    ASSERT_TRUE(waitFor([&] { return attempts >= 2 * kListening; })) << "it tries again";
    EXPECT_TRUE(closed(server));
    EXPECT_LE(attempts, kListening * mostRounds(std::chrono::steady_clock::now() - begin));
    EXPECT_LE(recording.count(), attempts);
}

// Without an immediate retry each of these failures would cost a quarter of a second.
TEST(NamedPipeServerFailureTest, ClientsWhoseAcceptFailsKeepNoOthersWaiting) {
    std::atomic<int> failures{500};
    FakeCall<&win32::Calls::connectNamedPipe> connect{[&](HANDLE pipe, OVERLAPPED* overlapped) -> BOOL {
        return failures.fetch_sub(1) > 0 ? failing(ERROR_BROKEN_PIPE) : decltype(connect)::real(pipe, overlapped);
    }};
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(1);
    settings.maxInstances = 1;  // so that no other instance can be created before this one is closed
    openAndListen(port, settings);
    EXPECT_TRUE(waitFor([&] { return failures < 0; }));
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_EQ(0u, accepts(recording)[0].status) << "the other failures are not reported";
}

// The pipe itself may be broken.
TEST(NamedPipeServerFailureTest, AcceptsThatAllFailAreReportedAndCostLittle) {
    std::atomic<unsigned> attempts{0};
    FakeCall<&win32::Calls::connectNamedPipe> connect{[&](HANDLE, OVERLAPPED*) {
        ++attempts;
        return failing(ERROR_BROKEN_PIPE);
    }};
    Recording recording;
    TestPort port{recording};
    const auto begin = std::chrono::steady_clock::now();
    const Device::Key server = openAndListen(port, newServer(1));
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, accepts(recording)[0].status);
    EXPECT_EQ(server, accepts(recording)[0].key);
    EXPECT_TRUE(closed(server));
    EXPECT_GE(attempts, Backoff::kAtOnce);
    EXPECT_LE(attempts, (Backoff::kAtOnce + 1) * mostRounds(std::chrono::steady_clock::now() - begin));
}

TEST(NamedPipeServerFailureTest, MakesUpForInstancesThatCouldNotBeCreated) {
    std::atomic<bool> failingNow{false};
    FakeCall<&win32::Calls::createNamedPipe> create{[&](auto... arguments) -> HANDLE {
        if (failingNow) {
            ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
            return INVALID_HANDLE_VALUE;
        }
        return decltype(create)::real(arguments...);
    }};
    Recording recording;
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer(2);
    const Device::Key server = openAndListen(port, settings);
    failingNow = true;
    const win32::Handle first = connectTo(settings.name);
    const win32::Handle second = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 3)) << "two clients and one failure";
    EXPECT_TRUE(waitForListening(port, server, 0));
    failingNow = false;
    EXPECT_TRUE(waitForListening(port, server, 2)) << "after the reminder";
    const win32::Handle third = connectTo(settings.name);
    EXPECT_TRUE(waitForAccepts(recording, 4));
    std::multiset<std::uint32_t> statuses;
    for (const CompletionRecord& record : accepts(recording)) {
        statuses.insert(record.status);
    }
    EXPECT_EQ((std::multiset<std::uint32_t>{0, 0, 0, ERROR_NO_SYSTEM_RESOURCES}), statuses);
}

TEST(NamedPipeServerFailureTest, ReportsOnceThatItCanHaveNoMoreInstances) {
    std::atomic<bool> fails{false};
    std::atomic<int> attempts{0};
    FakeCall<&win32::Calls::createNamedPipe> create{[&](auto... arguments) -> HANDLE {
        if (fails) {
            ++attempts;
            ::SetLastError(ERROR_ACCESS_DENIED);
            return INVALID_HANDLE_VALUE;
        }
        return decltype(create)::real(arguments...);
    }};
    Recording recording;
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer(1);
    const Device::Key server = openAndListen(port, settings);
    for (std::size_t row = 0; row < 2; ++row) {
        fails = true;
        attempts = 0;
        const win32::Handle client = connectTo(settings.name);
        ASSERT_TRUE(waitForAccepts(recording, 2 * row + 2));
        ASSERT_TRUE(waitFor([&] { return attempts >= 3; })) << "it continues to try";
        fails = false;
        ASSERT_TRUE(waitForListening(port, server, 1));
        std::vector<CompletionRecord> failures = accepts(recording);
        std::erase_if(failures, [](const CompletionRecord& record) { return record.status == 0; });
        ASSERT_EQ(row + 1, failures.size()) << "once for each series of failures";
        EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, failures.back().status);
        EXPECT_EQ(server, failures.back().key);
        EXPECT_EQ(kServerToken, failures.back().token);
        EXPECT_EQ(DeviceKind::kPipeServer, failures.back().kind);
    }
}

TEST(NamedPipeServerFailureTest, HavingAllInstancesThatThereMayBeIsNoFailure) {
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(2);
    settings.maxInstances = 2;
    const Device::Key server = openAndListen(port, settings);
    const win32::Handle clients[] = {connectTo(settings.name), connectTo(settings.name)};
    ASSERT_TRUE(waitForAccepts(recording, 2));
    EXPECT_TRUE(closed(server));
    EXPECT_EQ(2u, accepts(recording).size());
}

TEST(NamedPipeServerFailureTest, DoesNotListenWithNotOneInstance) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    std::atomic<bool> failingNow{true};
    FakeCall<&win32::Calls::createIoCompletionPort> associate{
        [&](HANDLE file, HANDLE port, ULONG_PTR key, DWORD concurrency) -> HANDLE {
            if (port != nullptr && failingNow) {
                ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
                return nullptr;
            }
            return decltype(associate)::real(file, port, key, concurrency);
        }};
    Recording recording;
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer();
    const auto server = NamedPipeServer::open(*port, settings);
    ASSERT_TRUE(server);
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, listen(*server));
    failingNow = false;
    EXPECT_EQ(0u, listen(*server)) << "it can be called again";
    const win32::Handle client = connectTo(settings.name);
    EXPECT_TRUE(waitForAccepts(recording, 1));
    EXPECT_TRUE(closed(*server));
}

class NamedPipeServerRefusalTest : public PipeServerTest {};

TEST_F(NamedPipeServerRefusalTest, SaysWhatIsWrongWithItsSettings) {
    NamedPipeServerSettings bad = newServer();
    bad.sddl = L"nonsense";
    EXPECT_NE(0u, NamedPipeServer::open(*port_, bad).error());
    EXPECT_FALSE(isServed(bad.name));
    bad = newServer();
    bad.name = L"no pipe's name";
    EXPECT_EQ(DWORD{ERROR_INVALID_NAME}, NamedPipeServer::open(*port_, bad).error());
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(NamedPipeServerRefusalTest, IsRefusedWhereAnotherServes) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, NamedPipeServer::open(*port_, settings).error());
    NamedPipeServerSettings full = newServer(1);
    full.maxInstances = 1;
    openAndListen(port_, full);
    const win32::Handle client = connectTo(full.name);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, NamedPipeServer::open(*port_, full).error()) << "a busy pipe has a server";
    EXPECT_TRUE(closed(server));
    EXPECT_EQ(0u, NamedPipeServer::open(*port_, settings).error()) << "the name is free again";
}

TEST_F(NamedPipeServerRefusalTest, IsRefusedByAClosedPort) {
    const NamedPipeServerSettings settings = newServer();
    const Share<CompletionPort> share{port_.key()};
    port_.close();
    EXPECT_EQ(code(EngineError::kPortClosed), NamedPipeServer::open(*share, settings).error());
    EXPECT_FALSE(isServed(settings.name));
}

}  // namespace
}  // namespace iocp4j
