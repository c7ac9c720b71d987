#include <gtest/gtest.h>
#include <mswsock.h>

#include <atomic>
#include <deque>
#include <set>

#include "../../fixtures/SocketServers.h"

namespace iocp4j {
namespace {

using namespace test;

class SocketServerTest : public ::testing::Test {
protected:
    CompletionRecord accepted(std::size_t index) const {
        EXPECT_TRUE(recording_.waitForCount(index + 1));
        return recording_.records()[index];
    }

    Recording recording_;
    TestPort port_{recording_};
};

TEST_F(SocketServerTest, MakesADeviceOfEachConnection) {
    for (const int family : {AF_INET, AF_INET6}) {
        const std::size_t before = recording_.count();
        const Device::Key server = listening(port_, newSocketServer(family));
        const PlainSocket client{family};
        client.connect(numberOf(server));
        const CompletionRecord record = accepted(before);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(Opcode::kAccept, record.opcode);
        EXPECT_EQ(DeviceKind::kStreamSocket, record.kind);
        EXPECT_EQ(kServerToken, record.token);
        EXPECT_EQ(0u, record.detail);
        EXPECT_NE(server, record.key);
        {
            const Share<Device> share{record.key};
            auto& connection = static_cast<StreamSocket&>(*share);
            EXPECT_EQ(numberOf(server), portOf(*connection.localAddress()));
            EXPECT_EQ(family, connection.remoteAddress()->family());
        }
        client.send("hello");
        char buffer[8];
        ASSERT_TRUE(port_.read(record.key, before + 100, buffer, sizeof(buffer)));
        EXPECT_EQ(5u, recording_.waitForToken(before + 100).bytes);
        EXPECT_TRUE(closed(server));
        ASSERT_TRUE(port_.write(record.key, before + 200, "alive", 5)) << "a connection outlives its server";
        EXPECT_EQ("alive", client.receive(5));
        recording_.waitForToken(before + 200);
    }
}

TEST_F(SocketServerTest, KeepsAcceptsInFlight) {
    SocketServerSettings settings = newSocketServer();
    settings.listening = 3;
    const Device::Key server = listening(port_, settings);
    EXPECT_EQ(3u, port_->operations().inFlight());
    std::deque<PlainSocket> clients;
    std::set<Device::Key> keys;
    for (std::size_t i = 0; i < 20; ++i) {
        clients.emplace_back().connect(numberOf(server));
        keys.insert(accepted(i).key);
    }
    EXPECT_EQ(20u, keys.size());
    EXPECT_TRUE(waitFor([&] { return port_->operations().inFlight() == 3; }));
    EXPECT_EQ(20u, recording_.count());
    EXPECT_TRUE(closed(server));
    EXPECT_EQ(20u, recording_.count()) << "accepts of the server itself are not delivered";
    EXPECT_EQ(0u, port_->operations().inFlight());
}

TEST_F(SocketServerTest, WaitsForFirstDataWhereAsked) {
    SocketServerSettings settings = newSocketServer();
    settings.firstBytes = 8;
    settings.listening = 2;
    const Device::Key server = listening(port_, settings);
    const PlainSocket silent;
    silent.connect(numberOf(server));
    const PlainSocket client;
    client.connect(numberOf(server));
    client.send("hello, all of you");
    const CompletionRecord record = accepted(0);
    EXPECT_EQ(8u, record.bytes);
    char first[16]{};
    {
        const Share<Device> share{record.key};
        EXPECT_EQ(8u, static_cast<StreamSocket&>(*share).takeFirst(first));
    }
    EXPECT_STREQ("hello, a", first);
    char rest[16];
    ASSERT_TRUE(port_.read(record.key, 1, rest, sizeof(rest)));
    EXPECT_EQ(9u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(2u, recording_.count()) << "the client without data is not reported yet";
    silent.send("x");
    EXPECT_EQ(1u, accepted(2).bytes);
}

TEST_F(SocketServerTest, AddressIsExclusive) {
    const Device::Key server = listening(port_, newSocketServer());
    SocketServerSettings second = newSocketServer();
    second.address = loopback(numberOf(server));
    const DWORD error = SocketServer::open(*port_, second).error();
    EXPECT_TRUE(error == WSAEADDRINUSE || error == WSAEACCES) << error;
    EXPECT_TRUE(closed(server));
    EXPECT_EQ(0u, SocketServer::open(*port_, second).error()) << "the address is free when the server has ended";
}

TEST_F(SocketServerTest, OperationsOfCallersAreNotItsOwn) {
    const Device::Key server = listening(port_, newSocketServer());
    char buffer[4]{};
    ASSERT_TRUE(port_.read(server, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording_.waitForToken(1).status);
    {
        const Share<Device> share{server};
        share->cancelAll();
    }
    const PlainSocket client;
    client.connect(numberOf(server));
    EXPECT_EQ(0u, accepted(1).status);
}

TEST(SocketServerCeilingTest, ListensOnlyWithRoomForAnAccept) {
    Recording recording;
    TestPort port{recording, portSettings(1, 1)};
    const Device::Key first = listening(port, newSocketServer());
    const auto second = SocketServer::open(*port, newSocketServer());
    ASSERT_TRUE(second);
    EXPECT_EQ(code(EngineError::kOperationLimit), listen(*second));
    EXPECT_TRUE(closed(first));
    const PlainSocket client;
    client.connect(numberOf(*second));
    ASSERT_TRUE(recording.waitForCount(1)) << "it continues to try";
    EXPECT_EQ(0u, recording.records()[0].status);
}

// Whether or not the peer has sent data, and is still connected.
TEST(SocketServerAddressTest, RemoteAddressIsKnownOfAClientThatHasGone) {
    for (const bool resets : {false, true}) {
        Recording recording;
        TestPort port{recording};
        SocketServerSettings settings = newSocketServer();
        settings.firstBytes = 8;
        settings.listening = 1;
        const Device::Key server = listening(port, settings);
        PlainSocket client;
        const std::uint16_t from = client.bind();
        client.connect(numberOf(server));
        if (resets) {
            client.reset();
        } else {
            client.close();
        }
        const PlainSocket next;
        next.connect(numberOf(server));
        next.send("next");
        ASSERT_TRUE(recording.waitForCount(1));
        const CompletionRecord record = recording.records()[0];
        ASSERT_EQ(0u, record.status);
        const Share<Device> share{record.key};
        const auto remote = static_cast<StreamSocket&>(*share).remoteAddress();
        ASSERT_TRUE(remote) << remote.error();
        if (record.bytes == 0) {
            EXPECT_EQ(from, portOf(*remote));
        }
    }
}

TEST(SocketServerCloseTest, ConnectionDoesNotEndBeforeTheListenerHasReturned) {
    std::atomic<int> found{0};
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            // Another thread may do this, and the end of the port does.
            Device::close(record.key);
            found += Device::table().exists(record.key);
        }
    };
    TestPort port{recording};
    const Device::Key server = listening(port, newSocketServer());
    const PlainSocket client;
    client.connect(numberOf(server));
    ASSERT_TRUE(recording.waitForCount(1));
    EXPECT_TRUE(Device::awaitClosed(recording.records()[0].key, deadline()));
    EXPECT_EQ(1, found.load());
}

TEST(SocketServerCloseTest, ConnectionMadeWhileThePortClosesIsClosed) {
    for (int round = 0; round < 20; ++round) {
        Recording recording;
        TestPort port{recording};
        const Device::Key server = listening(port, newSocketServer());
        const PlainSocket client;
        client.connect(numberOf(server));
        port.end();
        EXPECT_TRUE(recording.closedDevices().size() >= 1);
        char byte;
        EXPECT_LE(::recv(client.get(), &byte, 1, 0), 0);
    }
}

}  // namespace
}  // namespace iocp4j
