#include <gtest/gtest.h>
#include <mswsock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenSockets.h"
#include "../../fixtures/Rounds.h"
#include "../../fixtures/SocketServers.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(SocketServerFailureTest, ReportsOnceThatItCannotAcceptAndRecovers) {
    std::atomic<bool> failingNow{false};
    std::atomic<int> attempts{0};
    FakeCall<&win32::Calls::wsaSocket> wsaSocket{[&](auto... arguments) {
        if (failingNow) {
            ++attempts;
            ::WSASetLastError(WSAEMFILE);
            return INVALID_SOCKET;
        }
        return decltype(wsaSocket)::real(arguments...);
    }};
    PlainSocket one;
    PlainSocket two;
    Recording recording;
    TestPort port{recording};
    SocketServerSettings settings = newSocketServer();
    settings.listening = 1;
    const Device::Key server = listening(port, settings);
    failingNow = true;
    one.connect(numberOf(server));
    ASSERT_TRUE(recording.waitForCount(2));
    const auto records = recording.records();
    const CompletionRecord& failure = records[0].status != 0 ? records[0] : records[1];
    EXPECT_EQ(DWORD{WSAEMFILE}, failure.status);
    EXPECT_EQ(server, failure.key);
    EXPECT_EQ(DeviceKind::kSocketServer, failure.kind);
    EXPECT_EQ(kServerToken, failure.token);
    EXPECT_EQ(0u, failure.detail);
    EXPECT_TRUE(waitFor([&] { return attempts >= 3; })) << "it continues to try";
    EXPECT_EQ(2u, recording.count()) << "the failure is reported once";
    failingNow = false;
    two.connect(numberOf(server));
    ASSERT_TRUE(recording.waitForCount(3));
    EXPECT_EQ(0u, recording.records()[2].status);
}

TEST(SocketServerFailureTest, FailedAcceptIsReportedAndTriedAgain) {
    std::atomic<int> left{3};
    FakeCall<&win32::Calls::acceptEx> acceptEx{[&](auto... arguments) {
        return left.fetch_sub(1) > 0 ? failing(WSAENOBUFS) : decltype(acceptEx)::real(arguments...);
    }};
    PlainSocket client;
    Recording recording;
    TestPort port{recording};
    SocketServerSettings settings = newSocketServer();
    settings.listening = 1;
    const Device::Key server = listening(port, settings);
    client.connect(numberOf(server));
    ASSERT_TRUE(recording.waitForCount(2));
    EXPECT_EQ(DWORD{WSAENOBUFS}, recording.records()[0].status);
    EXPECT_EQ(server, recording.records()[0].key);
    EXPECT_EQ(0u, recording.records()[1].status);
}

// A client connects to a server with that many accepts in flight. Its connection is the first thing reported.
void expectConnection(std::uint32_t listeningAccepts) {
    PlainSocket client;
    Recording recording;
    TestPort port{recording};
    SocketServerSettings settings = newSocketServer();
    settings.listening = listeningAccepts;
    client.connect(numberOf(listening(port, settings)));
    ASSERT_TRUE(recording.waitForCount(1));
    EXPECT_EQ(0u, recording.records()[0].status) << "the other failures are not reported";
}

// For any error. Without an immediate retry each failure would cost a quarter of a second.
TEST(SocketServerFailureTest, ClientsWhoseAcceptFailsKeepNoOthersWaiting) {
    for (const int error : {WSAECONNRESET, WSAETIMEDOUT, WSAENETDOWN}) {
        std::atomic<int> left{300};
        FakeCall<&win32::Calls::acceptEx> acceptEx{[&](auto... arguments) {
            return left.fetch_sub(1) > 0 ? failing(static_cast<DWORD>(error)) : decltype(acceptEx)::real(arguments...);
        }};
        expectConnection(1);
    }
}

TEST(SocketServerFailureTest, PacketsOfClientsThatHaveGoneKeepNoOthersWaiting) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    // The status of a connection that was reset before it was accepted, on Windows and Wine.
    constexpr ULONG_PTR kInvalidConnection = 0xc000'0140;
    std::atomic<int> left{300};
    FakeCall<&win32::Calls::acceptEx> acceptEx{[&](SOCKET listener, SOCKET socket, void* memory, DWORD first,
                                                   DWORD local, DWORD remote, DWORD* received, OVERLAPPED* overlapped) {
        if (left.fetch_sub(1) <= 0) {
            return decltype(acceptEx)::real(listener, socket, memory, first, local, remote, received, overlapped);
        }
        auto& operation = static_cast<Operation&>(*overlapped);
        auto& server = static_cast<Device&>(*operation.target.load());
        overlapped->Internal = kInvalidConnection;
        EXPECT_EQ(0u, server.port().kernel().post(0, server.key(), overlapped));
        return failing(WSA_IO_PENDING);
    }};
    expectConnection(2);
}

// The listening socket itself may be broken.
TEST(SocketServerFailureTest, AcceptsThatAllFailAreReportedAndCostLittle) {
    constexpr std::uint32_t kListening = 2;
    std::atomic<unsigned> attempts{0};
    FakeCall<&win32::Calls::acceptEx> acceptEx{[&](auto...) {
        ++attempts;
        return failing(WSAENETDOWN);
    }};
    Recording recording;
    TestPort port{recording};
    SocketServerSettings settings = newSocketServer();
    settings.listening = kListening;
    const auto begin = std::chrono::steady_clock::now();
    const Device::Key server = listening(port, settings);
    ASSERT_TRUE(recording.waitForCount(1));
    EXPECT_EQ(DWORD{WSAENETDOWN}, recording.records()[0].status);
    EXPECT_EQ(server, recording.records()[0].key);
    const unsigned reported = attempts;
    EXPECT_TRUE(waitFor([&] { return attempts > reported + Backoff::kAtOnce; })) << "it continues to try";
    EXPECT_TRUE(closed(server));
    EXPECT_EQ(1u, recording.count()) << "the failure is reported once";
    EXPECT_GE(reported, Backoff::kAtOnce);
    EXPECT_LE(attempts, (Backoff::kAtOnce + kListening) * mostRounds(std::chrono::steady_clock::now() - begin));
}

TEST(SocketServerFailureTest, ListeningSocketThatIsGoneIsReportedAtOnce) {
    std::atomic<unsigned> attempts{0};
    FakeCall<&win32::Calls::acceptEx> acceptEx{[&](auto...) {
        ++attempts;
        return failing(WSAENOTSOCK);
    }};
    Recording recording;
    TestPort port{recording};
    SocketServerSettings settings = newSocketServer();
    settings.listening = 1;
    const auto begin = std::chrono::steady_clock::now();
    const Device::Key server = listening(port, settings);
    ASSERT_TRUE(recording.waitForCount(1));
    EXPECT_EQ(DWORD{WSAENOTSOCK}, recording.records()[0].status);
    EXPECT_TRUE(waitFor([&] { return attempts >= 5; })) << "it continues to try";
    EXPECT_TRUE(closed(server));
    EXPECT_LE(attempts, mostRounds(std::chrono::steady_clock::now() - begin));
}

TEST(SocketServerFailureTest, AddressesThatAcceptExDoesNotKnowAreAskedFor) {
    FakeCall<&win32::Calls::getAcceptExSockaddrs> none{[](auto...) {}};
    PlainSocket client;
    const std::uint16_t from = client.bind();
    Recording recording;
    TestPort port{recording};
    const Device::Key server = listening(port, newSocketServer());
    client.connect(numberOf(server));
    ASSERT_TRUE(recording.waitForCount(1));
    const Share<Device> share{recording.records()[0].key};
    auto& connection = static_cast<StreamSocket&>(*share);
    EXPECT_EQ(from, portOf(*connection.remoteAddress()));
    EXPECT_EQ(numberOf(server), portOf(*connection.localAddress()));
}

TEST(SocketServerFailureTest, AddressesOfAnEarlierClientAreNotThoseOfTheNext) {
    std::atomic<int> accepts{0};
    FakeCall<&win32::Calls::acceptEx> acceptEx{[&](SOCKET listener, SOCKET socket, void* memory, DWORD first,
                                                   DWORD local, DWORD remote, DWORD* received, OVERLAPPED* overlapped) {
        const char* addresses = static_cast<char*>(memory) + first;
        EXPECT_TRUE(std::all_of(addresses, addresses + local + remote, [](char byte) { return byte == 0; }));
        ++accepts;
        return decltype(acceptEx)::real(listener, socket, memory, first, local, remote, received, overlapped);
    }};
    PlainSocket client;
    Recording recording;
    TestPort port{recording};
    SocketServerSettings settings = newSocketServer();
    settings.listening = 1;
    client.connect(numberOf(listening(port, settings)));
    ASSERT_TRUE(recording.waitForCount(1));
    EXPECT_TRUE(waitFor([&] { return accepts == 2; }));
}

// Real clients connect and reset. The next client is served at once.
TEST(SocketServerResetTest, ClientsThatResetKeepNoOthersWaiting) {
    constexpr int kResets = 1'000;
    for (const std::uint32_t accepts : {1U, 4U}) {
        Recording recording;
        TestPort port{recording};
        SocketServerSettings settings = newSocketServer();
        settings.listening = accepts;
        const Device::Key server = listening(port, settings);
        for (int i = 0; i < kResets; ++i) {
            PlainSocket client;
            client.connect(numberOf(server));
            client.reset();
        }
        const auto begin = std::chrono::steady_clock::now();
        PlainSocket client;
        const std::uint16_t from = client.bind();
        client.connect(numberOf(server));
        client.send("x");
        const auto isServed = [&] {
            const auto records = recording.records();
            return std::any_of(records.begin(), records.end(), [&](const CompletionRecord& record) {
                EXPECT_EQ(0u, record.status) << "not the server's failure";
                const Share<Device> share{record.key};
                const auto remote = share ? static_cast<StreamSocket&>(*share).remoteAddress()
                                          : win32::Result<win32::SocketAddress>::failure(WSAENOTSOCK);
                return remote && portOf(*remote) == from;
            });
        };
        ASSERT_TRUE(waitFor(isServed));
        std::printf("Figures: after %d clients that reset, %u listening: the next one is accepted after %lld us\n",
                    kResets, accepts,
                    static_cast<long long>(
                        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin)
                            .count()));
    }
}

TEST(SocketServerFailureTest, ConnectionWhoseContextCannotBeUpdatedIsClosed) {
    std::atomic<int> updates{0};
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{[&](SOCKET socket, int level, int name, const char* value, int n) {
        if (name == SO_UPDATE_ACCEPT_CONTEXT && ++updates == 1) {
            EXPECT_EQ(sizeof(SOCKET), static_cast<std::size_t>(n));
            ::WSASetLastError(WSAEINVAL);
            return SOCKET_ERROR;
        }
        return decltype(setSockOpt)::real(socket, level, name, value, n);
    }};
    PlainSocket one;
    PlainSocket two;
    Recording recording;
    TestPort port{recording};
    const Device::Key server = listening(port, newSocketServer());
    one.connect(numberOf(server));
    char byte;
    EXPECT_LE(::recv(one.get(), &byte, 1, 0), 0);
    two.connect(numberOf(server));
    ASSERT_TRUE(recording.waitForCount(1));
    EXPECT_EQ(0u, recording.records()[0].status) << "the other failure belongs to one client";
    EXPECT_EQ(2, updates.load()) << "SO_UPDATE_ACCEPT_CONTEXT is set before the listener runs";
}

TEST(SocketServerFailureTest, LeavesNoSocketBehind) {
    const OpenSockets open;
    {
        Recording recording;
        TestPort port{recording};
        SocketServerSettings settings = newSocketServer();
        settings.listening = 8;
        const Device::Key server = listening(port, settings);
        const PlainSocket client;
        client.connect(numberOf(server));
        EXPECT_TRUE(recording.waitForCount(1));
        const auto unheard = SocketServer::open(*port, settings);
        EXPECT_TRUE(unheard) << "a server that never listens";
    }
    EXPECT_EQ(0, open.count());
}

}  // namespace
}  // namespace iocp4j
