#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/PipeServers.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

class NamedPipeServerEndTest : public PipeServerTest {};

TEST_F(NamedPipeServerEndTest, ClosingIsNoFailureToAccept) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    EXPECT_TRUE(closed(server));
    EXPECT_FALSE(isServed(settings.name));
    EXPECT_TRUE(port_->snapshot().devices.empty());
    EXPECT_TRUE(port_.waitUntilIdle());
    EXPECT_TRUE(accepts(recording_).empty());
    EXPECT_EQ(code(EngineError::kDeviceClosed), listen(server));
}

TEST_F(NamedPipeServerEndTest, ClosesWithoutHavingListened) {
    const NamedPipeServerSettings settings = newServer();
    const auto server = NamedPipeServer::open(*port_, settings);
    ASSERT_TRUE(server);
    EXPECT_TRUE(closed(*server));
    EXPECT_FALSE(isServed(settings.name));
}

TEST_F(NamedPipeServerEndTest, EndsWithItsPortAndReportsNoFailure) {
    const NamedPipeServerSettings settings = newServer(8);
    openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    port_.end();
    EXPECT_FALSE(isServed(settings.name));
    EXPECT_EQ(1u, accepts(recording_).size());
}

TEST_F(NamedPipeServerEndTest, ConnectionOutlivesItsServer) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    const Device::Key connection = accepts(recording_)[0].key;
    EXPECT_TRUE(closed(server));
    put(client, "still here");
    EXPECT_EQ("still here", readNext(connection));
    EXPECT_TRUE(closed(connection));
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(NamedPipeServerEndTest, CancelAllOfTheServerLeavesItListening) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    {
        const Share<Device> share{server};
        share->cancelAll();
    }
    const win32::Handle client = connectTo(settings.name);
    EXPECT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_EQ(0u, accepts(recording_)[0].status);
}

// When a server has ended, its name is free at once.
TEST_F(NamedPipeServerEndTest, NameIsFreeWhenTheServerHasEnded) {
    NamedPipeServerSettings settings = newServer(8);
    for (int round = 0; round < 30; ++round) {
        const auto server = NamedPipeServer::open(*port_, settings);
        ASSERT_EQ(0u, server.error()) << "round " << round;
        ASSERT_EQ(0u, listen(*server));
        ASSERT_TRUE(closed(*server));
    }
}

TEST(NamedPipeServerCloseTest, CanBeClosedByTheListenerDuringAnAccept) {
    Recording recording;
    std::atomic<Device::Key> server{0};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            Device::close(record.key);
        }
        Device::close(server);
    };
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer();
    const auto opened = NamedPipeServer::open(*port, settings);
    ASSERT_TRUE(opened);
    server = *opened;
    ASSERT_EQ(0u, listen(server));
    const win32::Handle client = connectTo(settings.name);
    EXPECT_TRUE(Device::awaitClosed(server, deadline()));
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); }));
}

// The server is closed at each point where another thread creates an instance.
TEST(NamedPipeServerCloseTest, CloseWhileAnInstanceIsMadeLeavesNothing) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    enum class Point { kCreate, kAssociate, kConnect };
    for (const Point point : {Point::kCreate, Point::kAssociate, Point::kConnect}) {
        for (const int which : {1, 2, 4}) {
            std::atomic<Device::Key> server{0};
            std::atomic<int> left{0};
            const auto passes = [&](Point here) {
                if (here == point && left > 0 && --left == 0) {
                    Device::close(server);
                }
            };
            FakeCall<&win32::Calls::createNamedPipe> create{[&](auto... arguments) {
                passes(Point::kCreate);
                return decltype(create)::real(arguments...);
            }};
            FakeCall<&win32::Calls::createIoCompletionPort> associate{[&](auto... arguments) {
                passes(Point::kAssociate);
                return decltype(associate)::real(arguments...);
            }};
            FakeCall<&win32::Calls::connectNamedPipe> connect{[&](auto... arguments) {
                passes(Point::kConnect);
                return decltype(connect)::real(arguments...);
            }};
            Recording recording;
            TestPort port{recording};
            const NamedPipeServerSettings settings = newServer();
            const auto opened = NamedPipeServer::open(*port, settings);
            ASSERT_TRUE(opened);
            server = *opened;
            // CreateNamedPipe has already been called for the first instance.
            left = point == Point::kCreate ? std::min(which, 3) : which;
            (void)listen(*opened);
            EXPECT_EQ(0, left.load());
            EXPECT_TRUE(Device::awaitClosed(*opened, deadline())) << static_cast<int>(point) << ' ' << which;
            EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); }));
            EXPECT_FALSE(isServed(settings.name));
            EXPECT_TRUE(port.waitUntilIdle());
            EXPECT_TRUE(accepts(recording).empty());
        }
    }
}

TEST(NamedPipeServerCloseTest, CloseAmongClientsThatComeLeavesNothing) {
    for (int round = 0; round < 15; ++round) {
        Recording recording;
        recording.onDelivery = [](unsigned, std::span<const CompletionRecord> records) {
            for (const CompletionRecord& record : records) {
                if (record.status == 0) {
                    Device::close(record.key);
                }
            }
        };
        TestPort port{recording};
        const NamedPipeServerSettings settings = newServer(3);
        const Device::Key server = openAndListen(port, settings);
        concurrently(3, [&](unsigned thread) {
            if (thread == 0) {
                (void)waitForAccepts(recording, 3);
                Device::close(server);
                return;
            }
            for (int i = 0; i < 500; ++i) {
                const win32::Handle client{
                    ::CreateFileW(settings.name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
                if (!client && ::GetLastError() == ERROR_FILE_NOT_FOUND && !Share<Device>{server}) {
                    return;
                }
            }
        });
        EXPECT_TRUE(closed(server));
        EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); }));
        EXPECT_TRUE(port.waitUntilIdle());
        EXPECT_FALSE(isServed(settings.name));
        for (const CompletionRecord& record : accepts(recording)) {
            EXPECT_EQ(0u, record.status);
        }
    }
}

}  // namespace
}  // namespace iocp4j
