#include <gtest/gtest.h>
#include <mswsock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/StreamDevice.h"
#include "devices/socket/DetachedSocket.h"
#include "devices/socket/StreamSocket.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(StreamSocketConnectTest, Connects) {
    std::atomic<int> updates{0};
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{[&](SOCKET socket, int level, int name, auto... rest) {
        updates += level == SOL_SOCKET && name == SO_UPDATE_CONNECT_CONTEXT;
        return decltype(setSockOpt)::real(socket, level, name, rest...);
    }};
    for (const int family : {AF_INET, AF_INET6}) {
        updates = 0;
        Recording recording;
        TestPort port{recording};
        const PlainSocket listener{family};
        const std::uint16_t number = listener.listen();
        const Device::Key device = openSocket(port, family);
        ASSERT_TRUE(connect(port, device, 1, loopback(number, family)));
        const CompletionRecord record = recording.waitForToken(1);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(Opcode::kConnect, record.opcode);
        EXPECT_EQ(1, updates.load()) << "SO_UPDATE_CONNECT_CONTEXT is set before the listener runs";
        const PlainSocket peer = listener.accept();
        peer.send("welcome");
        char buffer[16];
        ASSERT_TRUE(port.read(device, 2, buffer, sizeof(buffer)));
        EXPECT_EQ(7u, recording.waitForToken(2).bytes);
        const Share<Device> share{device};
        const auto remote = static_cast<StreamSocket&>(*share).remoteAddress();
        ASSERT_TRUE(remote);
        EXPECT_EQ(number, portOf(*remote));
    }
}

// Otherwise a program has no more connections than the system has ports, whatever the number of servers.
TEST(StreamSocketConnectTest, SharesALocalPortThatTheProgramHasNotChosen) {
    std::vector<std::pair<SOCKET, bool>> requests;  // of each socket, and whether it was bound by then
    std::vector<SOCKET> bound;
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{
        [&](SOCKET socket, int level, int name, const char* value, int size) {
            constexpr int kReuseUnicastPort = 0x3007;
            if (level == SOL_SOCKET && name == kReuseUnicastPort) {
                EXPECT_EQ(int{sizeof(BOOL)}, size);
                EXPECT_NE(0, *value);
                requests.emplace_back(socket, std::ranges::find(bound, socket) != bound.end());
                ::WSASetLastError(WSAENOPROTOOPT);  // as on a system that lacks the option
                return SOCKET_ERROR;
            }
            return decltype(setSockOpt)::real(socket, level, name, value, size);
        }};
    FakeCall<&win32::Calls::bind> bind{[&](SOCKET socket, auto... rest) {
        bound.push_back(socket);
        return decltype(bind)::real(socket, rest...);
    }};
    Recording recording;
    TestPort port{recording};
    const PlainSocket listener;
    const auto server = loopback(listener.listen());
    const auto socketOf = [](Device::Key device) { return static_cast<Socket&>(*Share<Device>{device}).socket(); };
    const Device::Key whole = openSocket(port);
    ASSERT_TRUE(connect(port, whole, 1, server));
    EXPECT_EQ(0u, recording.waitForToken(1).status);
    const auto detached = DetachedSocket::open(AF_INET, SOCK_STREAM);
    ASSERT_TRUE(detached);
    const auto implicit = Detached::associate(*detached, *port);
    ASSERT_TRUE(implicit);
    ASSERT_TRUE(connect(port, *implicit, 2, server));
    EXPECT_EQ(0u, recording.waitForToken(2).status);
    EXPECT_EQ((std::vector<std::pair<SOCKET, bool>>{{socketOf(whole), false}, {socketOf(*implicit), false}}), requests);

    std::uint16_t free = 0;
    {
        const PlainSocket gone;
        free = gone.bind();
    }
    EXPECT_TRUE(StreamSocket::open(*port, {L"socket", loopback(free), {}}));
    EXPECT_EQ(2u, requests.size()) << "the program has chosen that port";
}

TEST(StreamSocketConnectTest, IsRefusedWithoutAServer) {
    Recording recording;
    TestPort port{recording};
    std::uint16_t number = 0;
    {
        const PlainSocket gone;
        number = gone.bind();
    }
    const Device::Key device = openSocket(port);
    ASSERT_TRUE(connect(port, device, 1, loopback(number)));
    EXPECT_EQ(DWORD{WSAECONNREFUSED}, recording.waitForToken(1).status);
    ASSERT_TRUE(port.write(device, 2, "x", 1));
    const DWORD status = recording.waitForToken(2).status;
    EXPECT_TRUE(status == WSAENOTCONN || status == WSAECONNRESET) << status;
}

TEST(StreamSocketConnectTest, FailedUpdateOfTheContextIsAFailedConnection) {
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{[&](SOCKET socket, int level, int name, auto... rest) {
        if (name == SO_UPDATE_CONNECT_CONTEXT) {
            ::WSASetLastError(WSAENOTCONN);
            return SOCKET_ERROR;
        }
        return decltype(setSockOpt)::real(socket, level, name, rest...);
    }};
    Recording recording;
    TestPort port{recording};
    const PlainSocket listener;
    ASSERT_TRUE(connect(port, openSocket(port), 1, loopback(listener.listen())));
    EXPECT_EQ(DWORD{WSAENOTCONN}, recording.waitForToken(1).status);
}

// Wine has no Unix-domain sockets, so the test uses an Internet socket.
TEST(StreamSocketConnectTest, UnixDomainSocketsAreConnectedWithoutConnectEx) {
    std::atomic<int> connects{0};
    std::atomic<int> updates{0};
    std::atomic<int> extensions{0};
    FakeCall<&win32::Calls::wsaSocket> wsaSocket{[&](int family, int type, int protocol, auto... rest) {
        EXPECT_EQ(AF_UNIX, family);
        EXPECT_EQ(0, protocol);
        return decltype(wsaSocket)::real(AF_INET, type, IPPROTO_TCP, rest...);
    }};
    FakeCall<&win32::Calls::bind> bind{[&](auto...) {
        ADD_FAILURE() << "a client needs no name";
        return SOCKET_ERROR;
    }};
    FakeCall<&win32::Calls::connect> plain{[&](SOCKET, const sockaddr* to, int length) {
        EXPECT_EQ(AF_UNIX, to->sa_family);
        EXPECT_EQ(110, length);
        if (++connects == 1) {
            return 0;
        }
        ::WSASetLastError(WSAECONNREFUSED);
        return SOCKET_ERROR;
    }};
    FakeCall<&win32::Calls::connectEx> connectEx{[&](auto...) { return ++extensions, FALSE; }};
    FakeCall<&win32::Calls::setSockOpt> setSockOpt{[&](auto...) { return ++updates, 0; }};
    Recording recording;
    TestPort port{recording};
    char path[110]{};
    path[0] = AF_UNIX;
    const auto nameless = win32::SocketAddress::parse(path);
    path[2] = 's';
    const auto named = win32::SocketAddress::parse(path);
    ASSERT_TRUE(nameless && named);
    const auto device = StreamSocket::open(*port, {L"s", *nameless, {}});
    ASSERT_TRUE(device) << device.error();
    ASSERT_TRUE(connect(port, *device, 1, *named));
    const CompletionRecord record = recording.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(0u, record.detail);
    ASSERT_TRUE(connect(port, *device, 2, *named));
    EXPECT_EQ(DWORD{WSAECONNREFUSED}, recording.waitForToken(2).status);
    EXPECT_EQ(0, extensions.load());
    EXPECT_EQ(0, updates.load());
}

// A Unix-domain socket whose server delays the connection. Wine has none, so the test uses an Internet socket.
class UnixConnectTest : public ::testing::Test {
protected:
    UnixConnectTest() {
        char path[110]{};
        path[0] = AF_UNIX;
        const auto nameless = win32::SocketAddress::parse(path);
        path[2] = 's';
        to_ = *win32::SocketAddress::parse(path);
        device_ = *StreamSocket::open(*port_, {L"s", *nameless, {}});
    }

    auto start(std::uint64_t token, Operations::Timeout timeout = Operations::kForEver) {
        Share<Device> share{device_};
        auto& socket = static_cast<StreamSocket&>(*share);
        return port_->operations().submit(std::move(share), Opcode::kConnect, token, Pins{}, timeout,
                                          [&](Operation& operation) { return socket.connect(operation, to_); });
    }

    // Completes the connection like the server.
    void answer(int error) {
        error_ = error;
        answered_ = true;
        ::SetEvent(event_);
    }

    std::atomic<HANDLE> event_{nullptr};
    std::atomic<bool> answered_{false};
    std::atomic<int> error_{0};
    std::atomic<int> blocking_{0};
    FakeCall<&win32::Calls::wsaSocket> wsaSocket_{[](int, int type, int, auto... rest) {
        return FakeCall<&win32::Calls::wsaSocket>::real(AF_INET, type, IPPROTO_TCP, rest...);
    }};
    FakeCall<&win32::Calls::wsaEventSelect> wsaEventSelect_{[this](SOCKET, WSAEVENT event, long events) {
        EXPECT_EQ(event == nullptr ? 0 : FD_CONNECT, events);
        event_ = event;
        return 0;
    }};
    FakeCall<&win32::Calls::ioctlSocket> ioctlSocket_{[this](SOCKET, long command, u_long* nonBlocking) {
        EXPECT_EQ(static_cast<long>(FIONBIO), command);
        EXPECT_EQ(nullptr, event_.load()) << "a socket with an event cannot be made to block";
        blocking_ += *nonBlocking == 0;
        return 0;
    }};
    FakeCall<&win32::Calls::connect> connect_{[](auto...) {
        ::WSASetLastError(WSAEWOULDBLOCK);
        return SOCKET_ERROR;
    }};
    FakeCall<&win32::Calls::wsaEnumNetworkEvents> wsaEnumNetworkEvents_{
        [this](SOCKET, WSAEVENT, WSANETWORKEVENTS* events) {
            events->lNetworkEvents = answered_.exchange(false) ? FD_CONNECT : 0;
            events->iErrorCode[FD_CONNECT_BIT] = error_;
            return 0;
        }};
    win32::SocketAddress to_;
    Recording recording_;
    TestPort port_{recording_};
    Device::Key device_ = 0;
};

TEST_F(UnixConnectTest, EndsWithTheServersAnswer) {
    std::uint64_t token = 0;
    for (const int error : {WSAECONNREFUSED, 0, WSAETIMEDOUT}) {
        ASSERT_TRUE(start(++token));
        ::SetEvent(event_);  // by other code
        answer(error);
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(static_cast<DWORD>(error), record.status);
        EXPECT_EQ(0u, record.detail);
        EXPECT_EQ(static_cast<int>(token), blocking_.load()) << "the socket is unchanged";
    }
}

TEST_F(UnixConnectTest, IsCancelledAndTimesOut) {
    const auto id = start(1);
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(device_, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    ASSERT_TRUE(start(2, std::chrono::milliseconds{10}));
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recording_.waitForToken(2).status);
}

TEST_F(UnixConnectTest, CloseEndsIt) {
    ASSERT_TRUE(start(1));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

TEST_F(UnixConnectTest, OneAtATime) {
    ASSERT_TRUE(start(1));
    ASSERT_TRUE(start(2));
    EXPECT_EQ(DWORD{WSAEALREADY}, recording_.waitForToken(2).status);
    answer(0);
    EXPECT_EQ(0u, recording_.waitForToken(1).status) << "the second one does not take the first one's event";
}

TEST_F(StreamSocketTest, DisconnectsInOrder) {
    ASSERT_TRUE(port_.write(device_, 1, "bye", 3));
    ASSERT_TRUE(disconnect(port_, device_, 2, false));
    EXPECT_EQ(Opcode::kDisconnect, recording_.waitForToken(2).opcode);
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_EQ("bye", peer_.receive(16)) << "then the end of the stream";
}

// Wine cannot use such a socket again. The test checks the calls.
TEST(StreamSocketReuseTest, SocketIsDisconnectedForReuseAndConnectedAgain) {
    std::vector<DWORD> flags;
    FakeCall<&win32::Calls::disconnectEx> disconnectEx{[&](SOCKET, OVERLAPPED*, DWORD how, DWORD) {
        flags.push_back(how);
        return failing(WSAENOTCONN);
    }};
    SOCKET connected = INVALID_SOCKET;
    FakeCall<&win32::Calls::connectEx> connectEx{[&](SOCKET socket, auto...) {
        connected = socket;
        return failing(WSAEHOSTUNREACH);
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const SOCKET socket = win32::socketOf(ends.device.get());
    const Device::Key device = add(port, std::move(ends.device));
    ASSERT_TRUE(disconnect(port, device, 1, true));
    ASSERT_TRUE(disconnect(port, device, 2, false));
    EXPECT_EQ(DWORD{WSAENOTCONN}, recording.waitForToken(1).status) << "an immediate failure is a completion";
    EXPECT_EQ(DWORD{WSAENOTCONN}, recording.waitForToken(2).status);
    EXPECT_EQ((std::vector<DWORD>{TF_REUSE_SOCKET, 0}), flags);
    ASSERT_TRUE(connect(port, device, 3, loopback(1)));
    EXPECT_EQ(DWORD{WSAEHOSTUNREACH}, recording.waitForToken(3).status);
    EXPECT_EQ(socket, connected);
}

TEST_F(StreamSocketTest, AddressesOfAnAcceptedConnectionAreForgottenWithIt) {
    SocketEnds other;
    StreamSocket::Accepted accepted{loopback(1), loopback(2), nullptr, 0};
    const auto device =
        port_->add(std::make_unique<StreamSocket>(*port_, L"accepted", std::move(other.device), std::move(accepted)));
    ASSERT_TRUE(device);
    const Share<Device> share{*device};
    auto& socket = static_cast<StreamSocket&>(*share);
    EXPECT_EQ(1, portOf(*socket.localAddress()));
    EXPECT_EQ(2, portOf(*socket.remoteAddress()));
    ASSERT_TRUE(disconnect(port_, *device, 1, false));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_NE(1, portOf(*socket.localAddress()));
}

}  // namespace
}  // namespace iocp4j
