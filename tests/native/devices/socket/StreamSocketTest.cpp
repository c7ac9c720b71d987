#include <gtest/gtest.h>
#include <mswsock.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenSockets.h"
#include "../../fixtures/SocketEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/socket/StreamSocket.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr DWORD kHandlesClosed = 676;

Device::Key add(const TestPort& port, win32::Handle socket) {
    const auto device = port->add(std::make_unique<StreamSocket>(*port, L"socket", std::move(socket)));
    EXPECT_EQ(0u, device.error());
    return *device;
}

Device::Key openSocket(const TestPort& port, int family = AF_INET) {
    const auto device = StreamSocket::open(*port, {L"socket", loopback(0, family), {}});
    EXPECT_EQ(0u, device.error());
    return *device;
}

// Starts an operation of a stream socket.
template <class Start>
auto submit(const TestPort& port, Device::Key device, Opcode opcode, std::uint64_t token, Start&& start) {
    return port.submit(device, opcode, token, [&](Device& target, Operation& operation) {
        return start(static_cast<StreamSocket&>(target), operation);
    });
}

auto connect(const TestPort& port, Device::Key device, std::uint64_t token, const win32::SocketAddress& to) {
    return submit(port, device, Opcode::kConnect, token,
                  [&](StreamSocket& socket, Operation& operation) { return socket.connect(operation, to); });
}

auto disconnect(const TestPort& port, Device::Key device, std::uint64_t token, bool reuse) {
    return submit(port, device, Opcode::kDisconnect, token,
                  [&](StreamSocket& socket, Operation& operation) { return socket.disconnect(operation, reuse); });
}

// A device at one end of a connection, a blocking socket at the other.
class StreamSocketTest : public ::testing::Test {
protected:
    StreamSocketTest() { device_ = add(port_, std::move(ends_.device)); }

    auto read(std::uint64_t token, std::uint32_t length = 64) {
        return port_.read(device_, token, buffers_[token].data(), length);
    }

    std::string received(const CompletionRecord& record) const { return {buffers_[record.token].data(), record.bytes}; }

    Recording recording_;
    TestPort port_{recording_};
    SocketEnds ends_;
    PlainSocket& peer_ = ends_.peer;
    Device::Key device_ = 0;
    std::vector<std::array<char, 64>> buffers_ = std::vector<std::array<char, 64>>(64);
};

// --- Reading and writing --------------------------------------------------------------------------------------------

TEST_F(StreamSocketTest, ReadsWhatIsThereAndWhatComesLater) {
    peer_.send("hello");
    ASSERT_TRUE(read(1));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kRead, record.opcode);
    EXPECT_EQ(DeviceKind::kStreamSocket, record.kind);
    EXPECT_EQ(device_, record.key);
    EXPECT_EQ("hello", received(record));
    ASSERT_TRUE(read(2));
    peer_.send("later");
    EXPECT_EQ("later", received(recording_.waitForToken(2)));
}

TEST_F(StreamSocketTest, Writes) {
    ASSERT_TRUE(port_.write(device_, 1, "good", 4));
    EXPECT_EQ("good", peer_.receive(4));
    EXPECT_EQ(4u, recording_.waitForToken(1).bytes);
}

TEST_F(StreamSocketTest, ReadsAndWritesSeveralBuffers) {
    std::array<char, 3> one{};
    std::array<char, 5> two{};
    std::array parts{WSABUF{3, one.data()}, WSABUF{5, two.data()}};
    peer_.send("abcdefgh");
    ASSERT_TRUE(submit(port_, device_, Opcode::kRead, 1,
                       [&](StreamSocket& socket, Operation& operation) { return socket.readInto(operation, parts); }));
    EXPECT_EQ(8u, recording_.waitForToken(1).bytes);
    EXPECT_EQ("abc", std::string(one.data(), 3));
    EXPECT_EQ("defgh", std::string(two.data(), 5));
    ASSERT_TRUE(submit(port_, device_, Opcode::kWrite, 2,
                       [&](StreamSocket& socket, Operation& operation) { return socket.writeFrom(operation, parts); }));
    EXPECT_EQ("abcdefgh", peer_.receive(8));
    EXPECT_EQ(8u, recording_.waitForToken(2).bytes);
}

TEST_F(StreamSocketTest, EndOfThePeersDataIsASuccessWithoutBytes) {
    peer_.send("last");
    peer_.close();
    ASSERT_TRUE(read(1));
    EXPECT_EQ("last", received(recording_.waitForToken(1)));
    for (std::uint64_t token = 2; token < 4; ++token) {
        ASSERT_TRUE(read(token));
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(0u, record.bytes);
    }
}

TEST_F(StreamSocketTest, ResetByThePeerHasWinsocksCode) {
    ASSERT_TRUE(read(1));
    peer_.reset();
    EXPECT_EQ(DWORD{WSAECONNRESET}, recording_.waitForToken(1).status);
    ASSERT_TRUE(port_.write(device_, 2, "x", 1));
    EXPECT_EQ(DWORD{WSAECONNRESET}, recording_.waitForToken(2).status);
}

TEST_F(StreamSocketTest, CancelledReadLeavesTheData) {
    const auto operation = read(1);
    ASSERT_TRUE(operation);
    EXPECT_TRUE(port_.cancel(device_, *operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    peer_.send("kept");
    ASSERT_TRUE(read(2));
    EXPECT_EQ("kept", received(recording_.waitForToken(2)));
}

TEST_F(StreamSocketTest, ShutdownEndsOneDirection) {
    const Share<Device> share{device_};
    EXPECT_EQ(0u, static_cast<StreamSocket&>(*share).shutdownOutput());
    EXPECT_TRUE(peer_.atEnd());
    ASSERT_TRUE(port_.write(device_, 1, "x", 1));
    EXPECT_EQ(DWORD{WSAESHUTDOWN}, recording_.waitForToken(1).status);
    peer_.send("still");
    ASSERT_TRUE(read(2));
    EXPECT_EQ("still", received(recording_.waitForToken(2)));
}

TEST_F(StreamSocketTest, ShutdownOfTheInputEndsReadsInFlightAndLaterOnes) {
    const auto shutdownInput = [&] {
        const Share<Device> share{device_};
        return static_cast<StreamSocket&>(*share).shutdownInput();
    };
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(read(2));
    ASSERT_TRUE(read(3, 0));
    EXPECT_EQ(0u, shutdownInput());
    ASSERT_TRUE(read(4));
    ASSERT_TRUE(read(5, 0));
    for (std::uint64_t token = 1; token <= 5; ++token) {
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status) << token;
        EXPECT_EQ(0u, record.bytes) << token;
        EXPECT_EQ(0u, record.detail) << "the end, also for a read without room: " << token;
    }
    EXPECT_EQ(0u, shutdownInput()) << "twice is harmless";
    ASSERT_TRUE(port_.write(device_, 6, "still", 5));
    EXPECT_EQ("still", peer_.receive(5));
    ASSERT_TRUE(disconnect(port_, device_, 7, true));
    EXPECT_EQ(0u, recording_.waitForToken(7).status);
}

// What Windows does: shutdown() leaves the read in flight, and a later read fails.
TEST(StreamSocketShutdownTest, ReadsOfWindowsEndPredictably) {
    FakeCall<&win32::Calls::shutdown> shutdown{[](SOCKET, int how) {
        EXPECT_EQ(SD_RECEIVE, how);
        return 0;
    }};
    std::atomic<bool> fails{false};
    FakeCall<&win32::Calls::wsaRecv> wsaRecv{[&](SOCKET socket, auto... rest) {
        if (fails) {
            ::WSASetLastError(WSAESHUTDOWN);
            return SOCKET_ERROR;
        }
        return decltype(wsaRecv)::real(socket, rest...);
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    // A read that starts after shutdown(), but does not know of it yet.
    fails = true;
    ASSERT_TRUE(port.read(device, 2, buffer, sizeof(buffer)));
    fails = false;
    const CompletionRecord refused = recording.waitForToken(2);
    EXPECT_EQ(0u, refused.status);
    EXPECT_EQ(0u, refused.bytes);
    EXPECT_TRUE(recording.recordsOf(1).empty());
    const Share<Device> share{device};
    EXPECT_EQ(0u, static_cast<StreamSocket&>(*share).shutdownInput());
    const CompletionRecord inFlight = recording.waitForToken(1);
    EXPECT_EQ(0u, inFlight.status);
    EXPECT_EQ(0u, inFlight.bytes);
}

TEST(StreamSocketShutdownTest, RefusedShutdownOfTheInputChangesNothing) {
    FakeCall<&win32::Calls::shutdown> shutdown{[](SOCKET, int) {
        ::WSASetLastError(WSAENOTCONN);
        return SOCKET_ERROR;
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    {
        const Share<Device> share{device};
        EXPECT_EQ(DWORD{WSAENOTCONN}, static_cast<StreamSocket&>(*share).shutdownInput());
    }
    ends.peer.send("data");
    EXPECT_EQ(4u, recording.waitForToken(1).bytes);
    const auto operation = port.read(device, 2, buffer, sizeof(buffer));
    ASSERT_TRUE(operation);
    EXPECT_TRUE(port.cancel(device, *operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(2).status);
}

TEST_F(StreamSocketTest, CountsWhatHasArrived) {
    const auto available = [&] {
        const Share<Device> share{device_};
        const auto bytes = static_cast<StreamSocket&>(*share).available();
        return bytes ? static_cast<int>(*bytes) : -static_cast<int>(bytes.error());
    };
    EXPECT_EQ(0, available());
    ASSERT_TRUE(read(1, 0));
    peer_.send("12345");
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(5, available());
    ASSERT_TRUE(read(2, 3));
    EXPECT_EQ(3u, recording_.waitForToken(2).bytes);
    EXPECT_EQ(2, available());
    {
        const Share<Device> share{device_};
        EXPECT_EQ(0u, static_cast<StreamSocket&>(*share).shutdownInput());
    }
    EXPECT_EQ(0, available()) << "they cannot be read any more";
}

TEST(StreamSocketAvailableTest, FailsWithWinsocksError) {
    FakeCall<&win32::Calls::ioctlSocket> ioctlSocket{[](SOCKET, long command, u_long*) {
        EXPECT_EQ(static_cast<long>(FIONREAD), command);
        ::WSASetLastError(WSAENETDOWN);
        return SOCKET_ERROR;
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Share<Device> share{add(port, std::move(ends.device))};
    EXPECT_EQ(DWORD{WSAENETDOWN}, static_cast<StreamSocket&>(*share).available().error());
}

// --- Closing --------------------------------------------------------------------------------------------------------

TEST_F(StreamSocketTest, CloseCompletesWhatIsInFlight) {
    for (std::uint64_t token = 0; token < 8; ++token) {
        ASSERT_TRUE(read(token));
    }
    EXPECT_TRUE(closed(device_));
    for (std::uint64_t token = 0; token < 8; ++token) {
        EXPECT_EQ(kHandlesClosed, recording_.waitForToken(token).status);
    }
    EXPECT_TRUE(peer_.atEnd());
}

// A socket that is closed with a write in flight may never complete its operations. Therefore they are cancelled first.
TEST_F(StreamSocketTest, CloseWithAWriteInFlightCompletesEverything) {
    const std::string much(8'000'000, 'x');
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(port_.write(device_, 2, much.data(), static_cast<std::uint32_t>(much.size())));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    const CompletionRecord write = recording_.waitForToken(2);
    EXPECT_TRUE(write.status == kHandlesClosed || write.status == ERROR_SUCCESS) << write.status;
}

TEST(StreamSocketCloseTest, HandleIsClosedAfterTheLastCompletion) {
    std::atomic<bool> closedEarly{false};
    std::atomic<int> closes{0};
    SOCKET watched = INVALID_SOCKET;
    const Recording* recorded = nullptr;
    FakeCall<&win32::Calls::closeSocket> closeSocket{[&](SOCKET socket) {
        if (socket == watched) {
            ++closes;
            closedEarly = recorded->recordsOf(1).empty();
        }
        return decltype(closeSocket)::real(socket);
    }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    recorded = &recording;
    watched = win32::socketOf(ends.device.get());
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1, closes.load()) << "closed as a socket, once";
    EXPECT_FALSE(closedEarly);
}

// --- Connecting and disconnecting -----------------------------------------------------------------------------------

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

// --- Files ----------------------------------------------------------------------------------------------------------

class TransmitFileTest : public StreamSocketTest {
protected:
    TransmitFileTest() {
        wchar_t folder[MAX_PATH];
        wchar_t name[MAX_PATH];
        ::GetTempPathW(MAX_PATH, folder);
        ::GetTempFileNameW(folder, L"ioc", 0, name);
        path_ = name;
        for (int i = 0; i < 100'000; ++i) {
            content_ += static_cast<char>('a' + i % 23);
        }
        const win32::Handle file{
            ::CreateFileW(name, GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr)};
        DWORD written = 0;
        EXPECT_TRUE(::WriteFile(file.get(), content_.data(), static_cast<DWORD>(content_.size()), &written, nullptr));
    }
    ~TransmitFileTest() override { ::DeleteFileW(path_.c_str()); }

    auto transmit(std::uint64_t token, StreamSocket::Transmission transmission) {
        return submit(port_, device_, Opcode::kTransmitFile, token, [&](StreamSocket& socket, Operation& operation) {
            return socket.transmitFile(operation, std::move(transmission));
        });
    }

    std::wstring path_;
    std::string content_;
};

TEST_F(TransmitFileTest, SendsAPartOfAFileBetweenHeadAndTail) {
    auto file = StreamSocket::openFile(path_);
    ASSERT_TRUE(file) << file.error();
    std::string head = "<head>";
    std::string tail = "<tail>";
    ASSERT_TRUE(transmit(1, {std::move(*file), 50'000, 10'000, head, tail}));
    EXPECT_EQ("<head>" + content_.substr(50'000, 10'000) + "<tail>", peer_.receive(10'012));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(10'012u, record.bytes);
    EXPECT_EQ(0u, record.detail);
    EXPECT_EQ(Opcode::kTransmitFile, record.opcode);
    EXPECT_TRUE(::DeleteFileW(path_.c_str())) << "the file is closed again: " << ::GetLastError();
}

TEST_F(TransmitFileTest, SendsAWholeFileThatIsADevice) {
    class File : public Device {
    public:
        using Device::Device;
        const Traits& traits() const noexcept override {
            static constexpr Traits kTraits{.kind = DeviceKind::kFile};
            return kTraits;
        }
    };
    auto opened = StreamSocket::openFile(path_);
    ASSERT_TRUE(opened);
    const auto device = port_->add(std::make_unique<File>(*port_, path_, std::move(*opened)));
    ASSERT_TRUE(device);
    auto file = StreamSocket::openFile(*Share<Device>{*device});
    ASSERT_TRUE(file) << file.error();
    EXPECT_TRUE(closed(*device)) << "the device may be closed meanwhile";
    ASSERT_TRUE(transmit(1, {std::move(*file), 0, 0, {}, {}}));
    EXPECT_EQ(content_, peer_.receive(content_.size()));
    EXPECT_EQ(content_.size(), recording_.waitForToken(1).bytes);
}

// A handle as the JDK opens it.
win32::Handle openSynchronous(const std::wstring& path, DWORD access, DWORD share) {
    win32::Handle file{::CreateFileW(path.c_str(), access, share, nullptr, OPEN_EXISTING, 0, nullptr)};
    EXPECT_TRUE(file) << ::GetLastError();
    return file;
}

std::int64_t positionOf(const win32::Handle& file) {
    LARGE_INTEGER position{};
    EXPECT_TRUE(::SetFilePointerEx(file.get(), {}, &position, FILE_CURRENT));
    return position.QuadPart;
}

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

TEST_F(TransmitFileTest, SendsAFileOfASynchronousHandleAndKeepsItsPosition) {
    win32::Handle other = openSynchronous(path_, GENERIC_READ, kShareAll);
    ASSERT_TRUE(::SetFilePointerEx(other.get(), LARGE_INTEGER{.QuadPart = 7}, nullptr, FILE_BEGIN));
    auto file = StreamSocket::openFile(other.get());
    ASSERT_TRUE(file) << file.error();
    ASSERT_TRUE(transmit(1, {std::move(*file), 50'000, 10'000, {}, {}}));
    EXPECT_EQ(content_.substr(50'000, 10'000), peer_.receive(10'000));
    EXPECT_EQ(10'000u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(7, positionOf(other));

    auto again = StreamSocket::openFile(other.get());
    ASSERT_TRUE(again);
    other.reset();
    ASSERT_TRUE(transmit(2, {std::move(*again), 99'990, 0, {}, {}})) << "the other handle may be closed";
    EXPECT_EQ(content_.substr(99'990), peer_.receive(10));
    EXPECT_EQ(10u, recording_.waitForToken(2).bytes);
}

TEST_F(TransmitFileTest, SendsAFileThatWindowsDoesNotOpenTwice) {
    const win32::Handle other = openSynchronous(path_, GENERIC_READ, 0);
    auto file = StreamSocket::openFile(other.get());
    ASSERT_TRUE(file) << file.error();
    ASSERT_TRUE(transmit(1, {std::move(*file), 50'000, 10'000, {}, {}}));
    EXPECT_EQ(content_.substr(50'000, 10'000), peer_.receive(10'000));
    EXPECT_EQ(10'000u, recording_.waitForToken(1).bytes);
}

TEST_F(TransmitFileTest, RefusesAHandleThatCannotBeRead) {
    const win32::Handle writeOnly = openSynchronous(path_, GENERIC_WRITE, kShareAll);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, StreamSocket::openFile(writeOnly.get()).error());
    const win32::Handle event{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    EXPECT_EQ(code(EngineError::kWrongDevice), StreamSocket::openFile(event.get()).error());
    EXPECT_EQ(code(EngineError::kWrongDevice), StreamSocket::openFile(HANDLE{nullptr}).error());
}

TEST_F(TransmitFileTest, ReportsThatTheHandleCannotBeDuplicated) {
    const FakeCall<&win32::Calls::reOpenFile> reOpen{[](auto...) {
        ::SetLastError(ERROR_SHARING_VIOLATION);
        return INVALID_HANDLE_VALUE;
    }};
    const FakeCall<&win32::Calls::duplicateHandle> duplicate{
        [](auto...) { return failing(ERROR_NO_SYSTEM_RESOURCES); }};
    const win32::Handle other = openSynchronous(path_, GENERIC_READ, kShareAll);
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, StreamSocket::openFile(other.get()).error());
}

TEST_F(TransmitFileTest, OnlyFilesCanBeSent) {
    const Share<Device> socket{device_};
    EXPECT_EQ(code(EngineError::kWrongDevice), StreamSocket::openFile(*socket).error());
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, StreamSocket::openFile(path_ + L".not").error());
}

TEST_F(TransmitFileTest, CancelledAndClosedInFlight) {
    // Until the send buffers are full.
    std::vector<std::uint64_t> tokens;
    for (std::uint64_t token = 1; token <= 200; ++token) {
        auto file = StreamSocket::openFile(path_);
        ASSERT_TRUE(file);
        ASSERT_TRUE(transmit(token, {std::move(*file), 0, 0, {}, {}}));
        tokens.push_back(token);
    }
    EXPECT_TRUE(closed(device_));
    for (const std::uint64_t token : tokens) {
        const DWORD status = recording_.waitForToken(token).status;
        EXPECT_TRUE(status == ERROR_SUCCESS || status == kHandlesClosed) << status;
    }
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(200).status);
    EXPECT_TRUE(::DeleteFileW(path_.c_str())) << "all files are closed: " << ::GetLastError();
}

// --- First data -----------------------------------------------------------------------------------------------------

TEST(FirstDataTest, IsTakenPieceByPiece) {
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    StreamSocket::Accepted accepted{loopback(1), loopback(2), std::make_unique<char[]>(5), 5};
    std::copy_n("first", 5, accepted.first.get());
    StreamSocket socket{*port, L"accepted", std::move(ends.device), std::move(accepted)};
    char buffer[8]{};
    EXPECT_EQ(2u, socket.takeFirst({buffer, 2}));
    EXPECT_EQ(0u, socket.takeFirst({buffer, 0}));
    EXPECT_EQ(3u, socket.takeFirst({buffer + 2, 6}));
    EXPECT_STREQ("first", buffer);
    EXPECT_EQ(0u, socket.takeFirst(buffer));
}

// --- Failures -------------------------------------------------------------------------------------------------------

TEST(StreamSocketFailureTest, WhatFailsAtOnceIsACompletionToo) {
    FakeCall<&win32::Calls::wsaRecv> wsaRecv{[&](auto...) { return failing(WSAENOTCONN), SOCKET_ERROR; }};
    FakeCall<&win32::Calls::wsaSend> wsaSend{[&](auto...) { return failing(WSAENOBUFS), SOCKET_ERROR; }};
    SocketEnds ends;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = add(port, std::move(ends.device));
    char buffer[4]{};
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof(buffer)));
    ASSERT_TRUE(port.write(device, 2, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{WSAENOTCONN}, recording.waitForToken(1).status);
    EXPECT_EQ(DWORD{WSAENOBUFS}, recording.waitForToken(2).status);
}

TEST(StreamSocketFailureTest, SocketThatCannotBeBoundIsClosed) {
    const OpenSockets open;
    Recording recording;
    TestPort port{recording};
    const PlainSocket holder;
    const std::uint16_t taken = holder.listen();
    const SocketSettings exclusive{{SocketOption::kExclusive, 1}};
    EXPECT_EQ(DWORD{WSAEADDRINUSE}, StreamSocket::open(*port, {L"x", loopback(taken), exclusive}).error());
    const SocketSettings unknown{{static_cast<SocketOption>(99), 1}};
    EXPECT_NE(0u, StreamSocket::open(*port, {L"x", loopback(0), unknown}).error());
    EXPECT_EQ(1, open.count()) << "the socket that occupies the port";
}

}  // namespace
}  // namespace iocp4j
