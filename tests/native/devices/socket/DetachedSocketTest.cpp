// Sockets without a port: their keys, and how they become devices.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenSockets.h"
#include "../../fixtures/SocketEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/socket/DetachedSocket.h"
#include "devices/socket/UdpSocket.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr auto kDeviceClosed = code(EngineError::kDeviceClosed);

Detached::Key open(int type = SOCK_STREAM) {
    const auto key = DetachedSocket::open(AF_INET, type);
    EXPECT_EQ(0u, key.error());
    return *key;
}

win32::ErrorCode bind(Detached::Key key) {
    const Share<Detached> share{key};
    return static_cast<DetachedSocket&>(*share).bind(loopback(0));
}

class DetachedSocketTest : public ::testing::Test {
protected:
    ~DetachedSocketTest() override {
        port_.end();
        EXPECT_EQ(0, open_.count()) << "every socket is closed";
    }

    const OpenSockets open_;
    Recording recording_;
    TestPort port_{recording_};
};

TEST_F(DetachedSocketTest, KeyEndsWithTheAssociation) {
    const Detached::Key key = open();
    const auto device = Detached::associate(key, *port_);
    ASSERT_TRUE(device);
    EXPECT_NE(key, *device);
    EXPECT_FALSE(Share<Detached>{key});
    EXPECT_EQ(kDeviceClosed, Detached::associate(key, *port_).error());
    Detached::close(key);
    EXPECT_TRUE(Share<Device>{*device}) << "a stale key closes nothing";
    EXPECT_EQ(
        DeviceKind::kStreamSocket, Share<Device> { *device } -> kind());
    EXPECT_TRUE(closed(*device));
}

TEST_F(DetachedSocketTest, CallThatBeganBeforeTheAssociationSaysClosed) {
    const Detached::Key key = open();
    const Share<Detached> share{key};
    auto& socket = static_cast<DetachedSocket&>(*share);
    ASSERT_TRUE(Detached::associate(key, *port_));
    EXPECT_EQ(kDeviceClosed, socket.bind(loopback(0)));
    EXPECT_EQ(kDeviceClosed, socket.set({SocketOption::kNoDelay, 1}));
    EXPECT_EQ(kDeviceClosed, socket.get(SocketOption::kNoDelay).error());
    EXPECT_EQ(kDeviceClosed, socket.localAddress().error());
    EXPECT_EQ(kDeviceClosed, socket.remoteAddress().error());
}

TEST_F(DetachedSocketTest, ForgedKeysAreRefused) {
    const Detached::Key key = open();
    for (const Detached::Key forged : {Detached::Key{0}, key + 1, key + (1ULL << 32), key ^ (1ULL << 24), ~key}) {
        EXPECT_FALSE(Share<Detached>{forged}) << std::hex << forged;
        EXPECT_EQ(kDeviceClosed, Detached::associate(forged, *port_).error());
        EXPECT_EQ(kDeviceClosed, DetachedSocket::serve(forged, *port_, {}).error());
        Detached::close(forged);
    }
    EXPECT_FALSE(Share<Device>{key}) << "a detached key is no key of a device";
    EXPECT_TRUE(Share<Detached>{key});
    Detached::close(key);
    EXPECT_FALSE(Share<Detached>{key});
    EXPECT_EQ(0, open_.count());
}

TEST_F(DetachedSocketTest, StaysDetachedWhenThePortTakesNoDevices) {
    const Detached::Key key = open();
    {
        Recording other;
        const TestPort closing{other};
        const Share<CompletionPort> kept{closing.key()};
        closing.close();
        EXPECT_EQ(code(EngineError::kPortClosed), Detached::associate(key, *kept).error());
        EXPECT_EQ(code(EngineError::kPortClosed), DetachedSocket::serve(key, *kept, {}).error());
    }
    EXPECT_EQ(0u, bind(key)) << "the socket is still open";
    EXPECT_TRUE(Detached::associate(key, *port_));
}

TEST_F(DetachedSocketTest, DatagramSocketKeepsWhatWinsockCannotReadBack) {
    const Detached::Key key = open(SOCK_DGRAM);
    {
        const Share<Detached> share{key};
        auto& socket = static_cast<DetachedSocket&>(*share);
        EXPECT_EQ(1u, *socket.get(SocketOption::kConnReset));
        EXPECT_EQ(0u, socket.set({SocketOption::kConnReset, 0}));
        EXPECT_EQ(0u, *socket.get(SocketOption::kConnReset));
    }
    const auto device = Detached::associate(key, *port_);
    ASSERT_TRUE(device);
    const Share<Device> share{*device};
    EXPECT_EQ(DeviceKind::kUdpSocket, share->kind());
    EXPECT_EQ(0u, *static_cast<Socket&>(*share).get(SocketOption::kConnReset));
}

TEST(DetachedSocketConnectTest, FailureOfTheImplicitBindIsTheCompletionOfTheConnect) {
    FakeCall<&win32::Calls::bind> bindsNothing{[](auto...) {
        ::WSASetLastError(WSAENOBUFS);
        return SOCKET_ERROR;
    }};
    FakeCall<&win32::Calls::connectEx> connectEx{[](auto...) {
        ADD_FAILURE() << "ConnectEx needs a bound socket";
        return FALSE;
    }};
    Recording recording;
    TestPort port{recording};
    const auto device = Detached::associate(open(), *port);
    ASSERT_TRUE(device);
    ASSERT_TRUE(port.submit(*device, Opcode::kConnect, 1, [](Device& target, Operation& operation) {
        return static_cast<StreamSocket&>(target).connect(operation, loopback(1));
    }));
    EXPECT_EQ(DWORD{WSAENOBUFS}, recording.waitForToken(1).status);
}

TEST_F(DetachedSocketTest, OnlyAPreparedStreamSocketBecomesAServer) {
    const Detached::Key datagrams = open(SOCK_DGRAM);
    EXPECT_EQ(code(EngineError::kWrongDevice), DetachedSocket::serve(datagrams, *port_, {}).error());
    EXPECT_EQ(0u, bind(datagrams)) << "it stays detached";
    Detached::close(datagrams);
    const Detached::Key key = open();
    EXPECT_EQ(0u, bind(key));
    SocketServerSettings settings;
    settings.name = L"server";
    settings.detached = true;
    const auto server = DetachedSocket::serve(key, *port_, settings);
    ASSERT_TRUE(server);
    EXPECT_FALSE(Share<Detached>{key});
    std::uint16_t number = 0;
    {
        const Share<Device> share{*server};
        EXPECT_EQ(0u, static_cast<SocketServer&>(*share).listen());
        number = portOf(*static_cast<SocketServer&>(*share).localAddress());
    }
    const PlainSocket client;
    client.connect(number);
    ASSERT_TRUE(recording_.waitForCount(1));
    const CompletionRecord accepted = recording_.records()[0];
    EXPECT_TRUE(isDetached(accepted.kind));
    EXPECT_EQ(code(EngineError::kWrongDevice), DetachedSocket::serve(accepted.key, *port_, {}).error());
    const auto connection = Detached::associate(accepted.key, *port_);
    ASSERT_TRUE(connection);
    EXPECT_EQ(
        L"server", Share<Device> { *connection } -> name());
    client.send("x");
    char buffer[4];
    ASSERT_TRUE(port_.read(*connection, 5, buffer, sizeof(buffer)));
    EXPECT_EQ(1u, recording_.waitForToken(5).bytes);
}

TEST_F(DetachedSocketTest, ConnectionThatNobodyTakesKeepsNoPortOpen) {
    Detached::Key key = 0;
    {
        Recording there;
        TestPort acceptors{there};
        SocketServerSettings settings;
        settings.name = L"server";
        settings.address = loopback(0);
        settings.detached = true;
        const auto server = SocketServer::open(*acceptors, settings);
        ASSERT_TRUE(server);
        std::uint16_t number = 0;
        {
            const Share<Device> share{*server};
            EXPECT_EQ(0u, static_cast<SocketServer&>(*share).listen());
            number = portOf(*static_cast<SocketServer&>(*share).localAddress());
        }
        const PlainSocket client;
        client.connect(number);
        ASSERT_TRUE(there.waitForCount(1));
        key = there.records()[0].key;
        acceptors.end();
    }
    EXPECT_TRUE(Share<Detached>{key});
    EXPECT_TRUE(Detached::associate(key, *port_)) << "it may still go to another port";
}

// Of all threads, one gets the socket. The others see a closed one, and none uses a handle of somebody else.
TEST_F(DetachedSocketTest, AssociationCloseAndUseRace) {
    for (int round = 0; round < 100; ++round) {
        const Detached::Key key = open();
        std::atomic<int> associated{0};
        std::atomic<bool> go{false};
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&] {
                while (!go) {
                }
                const auto device = Detached::associate(key, *port_);
                associated += device ? 1 : 0;
                EXPECT_TRUE(device || device.error() == kDeviceClosed) << device.error();
            });
        }
        threads.emplace_back([&] {
            while (!go) {
            }
            Detached::close(key);
        });
        threads.emplace_back([&] {
            while (!go) {
            }
            if (const Share<Detached> share{key}) {
                const auto value = static_cast<DetachedSocket&>(*share).get(SocketOption::kNoDelay);
                EXPECT_TRUE(value || value.error() == WSAENOTSOCK) << value.error();
            }
        });
        go = true;
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_LE(associated.load(), 1);
        EXPECT_FALSE(Share<Detached>{key});
    }
}

TEST(DetachedSocketFailureTest, RefusedAssociationClosesTheSocket) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    std::atomic<bool> fails{false};
    FakeCall<&win32::Calls::createIoCompletionPort> associate{[&](auto... arguments) -> HANDLE {
        if (fails) {
            ::SetLastError(ERROR_INVALID_PARAMETER);
            return nullptr;
        }
        return decltype(associate)::real(arguments...);
    }};
    const OpenSockets opened;
    Recording recording;
    TestPort port{recording};
    const Detached::Key key = open();
    fails = true;
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, Detached::associate(key, *port).error());
    EXPECT_FALSE(Share<Detached>{key});
    EXPECT_TRUE(waitFor([&] { return opened.count() == 0; }));
}

TEST(DetachedSocketFailureTest, NoSocketIsAnError) {
    FakeCall<&win32::Calls::wsaSocket> wsaSocket{[](auto...) {
        ::WSASetLastError(WSAEMFILE);
        return INVALID_SOCKET;
    }};
    EXPECT_EQ(DWORD{WSAEMFILE}, DetachedSocket::open(AF_INET, SOCK_STREAM).error());
}

}  // namespace
}  // namespace iocp4j
