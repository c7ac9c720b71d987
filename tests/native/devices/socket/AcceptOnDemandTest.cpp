// Accepts that the program starts one by one.

#include <gtest/gtest.h>

#include <atomic>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenSockets.h"
#include "../../fixtures/SocketEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/socket/SocketServer.h"

namespace iocp4j {
namespace {

using namespace test;

// A server on demand, with the count of its sockets and what makes its calls fail.
class AcceptOnDemandTest : public ::testing::Test {
protected:
    AcceptOnDemandTest() {
        SocketServerSettings settings;
        settings.name = L"server";
        settings.address = loopback(0);
        settings.listening = 0;
        const auto opened = SocketServer::open(*port_, settings);
        EXPECT_TRUE(opened);
        server_ = *opened;
        const Share<Device> share{server_};
        EXPECT_EQ(0u, static_cast<SocketServer&>(*share).listen());
        number_ = portOf(*static_cast<SocketServer&>(*share).localAddress());
    }
    ~AcceptOnDemandTest() override {
        port_.end();
        EXPECT_EQ(0, open_.count()) << "every socket is closed";
    }

    win32::Result<OperationId> accept(std::uint64_t token) const {
        return port_.submit(server_, Opcode::kAccept, token, [](Device& device, Operation& operation) {
            return static_cast<SocketServer&>(device).accept(operation);
        });
    }

    std::atomic<int> failures_{0};
    FakeCall<&win32::Calls::acceptEx> acceptEx_{[this](auto... arguments) {
        return failures_-- > 0 ? failing(WSAENETDOWN) : decltype(acceptEx_)::real(arguments...);
    }};
    const OpenSockets open_;
    Recording recording_;
    TestPort port_{recording_};
    Device::Key server_ = 0;
    std::uint16_t number_ = 0;
};

TEST_F(AcceptOnDemandTest, EachCallAcceptsOneClient) {
    EXPECT_EQ(0u, port_->operations().inFlight());
    PlainSocket clients[3];
    for (const PlainSocket& client : clients) {
        client.connect(number_);
    }
    for (std::uint64_t token = 1; token <= 3; ++token) {
        ASSERT_TRUE(accept(token));
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(Opcode::kAccept, record.opcode);
        EXPECT_EQ(DeviceKind::kStreamSocket, record.kind);
        EXPECT_EQ(0u, record.detail);
        EXPECT_TRUE(port_.waitUntilIdle());
        EXPECT_EQ(token, recording_.count()) << "none is accepted unasked";
    }
}

TEST_F(AcceptOnDemandTest, FailureIsTheCallersAndIsNotTriedAgain) {
    failures_ = 2;
    ASSERT_TRUE(accept(1));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{WSAENETDOWN}, record.status);
    EXPECT_EQ(server_, record.key);
    EXPECT_EQ(DeviceKind::kSocketServer, record.kind);
    EXPECT_EQ(0u, record.bytes);
    EXPECT_EQ(0u, record.detail);
    ASSERT_TRUE(accept(2));
    EXPECT_EQ(DWORD{WSAENETDOWN}, recording_.waitForToken(2).status);
    ASSERT_TRUE(accept(3));
    const PlainSocket client;
    client.connect(number_);
    EXPECT_EQ(0u, recording_.waitForToken(3).status);
    EXPECT_EQ(3u, recording_.count());
}

TEST_F(AcceptOnDemandTest, AcceptsAreCancelledOneByOneAndTogether) {
    const auto first = accept(1);
    ASSERT_TRUE(first && accept(2) && accept(3));
    EXPECT_TRUE(port_.cancel(server_, *first));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    Share<Device> { server_ } -> cancelAll();
    for (const std::uint64_t token : {2ULL, 3ULL}) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(token).status);
    }
    EXPECT_TRUE(port_.waitUntilIdle());
    const PlainSocket client;
    client.connect(number_);
    ASSERT_TRUE(accept(4));
    EXPECT_EQ(0u, recording_.waitForToken(4).status) << "the slots are free again";
}

TEST_F(AcceptOnDemandTest, CloseOfTheServerCompletesEachAccept) {
    for (std::uint64_t token = 1; token <= 40; ++token) {
        ASSERT_TRUE(accept(token));
    }
    EXPECT_TRUE(closed(server_));
    EXPECT_EQ(40u, recording_.count());
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(DWORD{676}, record.status) << "ERROR_HANDLES_CLOSED";
    }
    EXPECT_EQ(code(EngineError::kDeviceClosed), accept(41).error());
}

}  // namespace
}  // namespace iocp4j
