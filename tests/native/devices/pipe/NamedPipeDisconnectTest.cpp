// A server's end that disconnects its client, and the reuse of the instance.

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "../../fixtures/Census.h"
#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

win32::ErrorCode disconnect(Device::Key key) {
    const Share<Device> share{key};
    return share ? static_cast<NamedPipe&>(*share).disconnect() : code(EngineError::kDeviceClosed);
}

class NamedPipeDisconnectTest : public ::testing::Test {
protected:
    // A server with one instance by default.
    void serve(std::uint32_t listening = 1, std::uint32_t maxInstances = 1) {
        settings_.name = newPipeName();
        settings_.listening = listening;
        settings_.maxInstances = maxInstances;
        const auto opened = NamedPipeServer::open(*port_, settings_);
        ASSERT_TRUE(opened) << opened.error();
        server_ = *opened;
        const Share<Device> share{server_};
        ASSERT_EQ(0u, static_cast<NamedPipeServer&>(*share).listen());
    }

    // The n-th connection of the server.
    Device::Key connection(std::size_t n) {
        Recording::Records accepted;
        EXPECT_TRUE(waitFor([&] {
            accepted = recording_.records();
            std::erase_if(accepted, [](const auto& record) { return record.opcode != Opcode::kAccept; });
            return accepted.size() >= n;
        })) << n;
        return accepted.size() >= n ? accepted[n - 1].key : 0;
    }

    DWORD errorOfRead(const win32::Handle& client) {
        char byte;
        DWORD count = 0;
        return ::ReadFile(client.get(), &byte, 1, &count, nullptr) ? ERROR_SUCCESS : ::GetLastError();
    }

    Recording recording_;
    NamedPipeServerSettings settings_;
    // Counts the handles that are created for clients.
    std::atomic<int> created_{0};
    FakeCall<&win32::Calls::createNamedPipe> create_{[this](LPCWSTR name, DWORD open, DWORD pipe, DWORD most, DWORD out,
                                                            DWORD in, DWORD timeout, SECURITY_ATTRIBUTES* security) {
        const HANDLE made = decltype(create_)::real(name, open, pipe, most, out, in, timeout, security);
        created_ += made != INVALID_HANDLE_VALUE && (open & FILE_FLAG_FIRST_PIPE_INSTANCE) == 0;
        return made;
    }};
    TestPort port_{recording_};
    Device::Key server_ = 0;
};

TEST_F(NamedPipeDisconnectTest, EndsTheConnectionForTheClientWithWhatItHasNotRead) {
    serve();
    const win32::Handle client = connectTo(settings_.name);
    const Device::Key first = connection(1);
    ASSERT_TRUE(port_.write(first, 1, "unread", 6));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, disconnect(first));
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, errorOfRead(client));
}

TEST_F(NamedPipeDisconnectTest, WhatIsInFlightEndsAndNothingFollows) {
    serve();
    const win32::Handle client = connectTo(settings_.name);
    const Device::Key first = connection(1);
    std::array<char, 8> buffer;
    for (std::uint64_t token = 1; token <= 8; ++token) {
        ASSERT_TRUE(port_.read(first, token, &buffer[token - 1], 1));
    }
    EXPECT_EQ(0u, disconnect(first));
    for (std::uint64_t token = 1; token <= 8; ++token) {
        EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, recording_.waitForToken(token).status);
    }
    EXPECT_FALSE(port_.read(first, 9, buffer.data(), 1)) << "it is closed";
    EXPECT_TRUE(Device::awaitClosed(first, deadline()));
    EXPECT_EQ(code(EngineError::kDeviceClosed), disconnect(first));
    EXPECT_EQ(9u, recording_.count());
}

TEST_F(NamedPipeDisconnectTest, HandleWaitsForTheNextClientUnderAnotherKey) {
    serve();
    constexpr std::size_t kClients = 20;
    std::set<Device::Key> keys;
    for (std::size_t n = 1; n <= kClients; ++n) {
        const win32::Handle client = connectTo(settings_.name);
        const Device::Key key = connection(n);
        EXPECT_TRUE(keys.insert(key).second) << "a new key";
        for (const Device::Key earlier : keys) {
            char byte;
            EXPECT_EQ(earlier == key, bool{port_.read(earlier, 1'000 + n, &byte, 0)}) << "an old key is refused";
        }
        EXPECT_TRUE(port_.write(key, n, "hello", 5));
        EXPECT_EQ(key, recording_.waitForToken(n).key);
        char data[8];
        DWORD count = 0;
        EXPECT_TRUE(::ReadFile(client.get(), data, sizeof(data), &count, nullptr));
        EXPECT_EQ(5u, count);
        EXPECT_EQ(0u, disconnect(key));
        EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, errorOfRead(client));
        EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, recording_.waitForToken(1'000 + n).status);
    }
    EXPECT_EQ(1, created_) << "one handle for all connections";
    EXPECT_EQ(0u, port_->snapshot().unbalancedDevices);
}

// With one instance the name exists without interruption. It would not if the handle were closed and created again.
TEST_F(NamedPipeDisconnectTest, ServerOfOneInstanceKeepsItsName) {
    serve();
    win32::Handle client = connectTo(settings_.name);
    std::atomic<bool> done{false};
    std::atomic<int> missing{0};
    std::thread watcher{[&] {
        while (!done) {
            missing += !::WaitNamedPipeW(settings_.name.c_str(), 1) && ::GetLastError() == ERROR_FILE_NOT_FOUND;
        }
    }};
    for (std::size_t n = 1; n <= 30; ++n) {
        EXPECT_EQ(0u, disconnect(connection(n)));
        client = connectTo(settings_.name);
    }
    done = true;
    watcher.join();
    EXPECT_EQ(0, missing);
}

TEST_F(NamedPipeDisconnectTest, HandleIsClosedWhereEnoughInstancesWait) {
    serve(2, PIPE_UNLIMITED_INSTANCES);
    const win32::Handle client = connectTo(settings_.name);
    const Device::Key first = connection(1);
    ASSERT_TRUE(waitFor([&] { return created_ == 3; })) << "replaces the connected instance";
    EXPECT_EQ(0u, disconnect(first));
    EXPECT_TRUE(Device::awaitClosed(first, deadline()));
    EXPECT_EQ(3u, port_->snapshot().devices.size()) << "the server and two instances";
    EXPECT_EQ(3, created_);
}

TEST_F(NamedPipeDisconnectTest, HandleIsClosedWithItsServer) {
    EXPECT_TRUE(leavesNothing([&](unsigned attempt) {
        serve();
        const win32::Handle client = connectTo(settings_.name);
        const Device::Key connected = connection(attempt + 1);
        EXPECT_TRUE(closed(server_));
        EXPECT_EQ(0u, disconnect(connected));
        EXPECT_TRUE(Device::awaitClosed(connected, deadline()));
        EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, errorOfRead(client));
    }));
}

TEST_F(NamedPipeDisconnectTest, WaitingInstanceCannotBeDisconnected) {
    serve();
    for (const auto& device : port_->snapshot().devices) {
        if (device.key != server_) {
            EXPECT_EQ(code(EngineError::kWrongDevice), disconnect(device.key));
        }
    }
    const win32::Handle client = connectTo(settings_.name);
    EXPECT_NE(0u, connection(1)) << "it continues to wait";
}

TEST_F(NamedPipeDisconnectTest, ClientCannotDisconnect) {
    PipeEnds ends;
    const auto client = port_->add(std::make_unique<NamedPipe>(*port_, L"client", std::move(ends.client)));
    EXPECT_EQ(code(EngineError::kWrongDevice), disconnect(*client));
    char buffer[8];
    ASSERT_TRUE(port_.read(*client, 1, buffer, sizeof(buffer))) << "it stays open";
}

TEST_F(NamedPipeDisconnectTest, EndsByItselfWhenWindowsRefuses) {
    serve();
    const win32::Handle client = connectTo(settings_.name);
    const Device::Key first = connection(1);
    char buffer[8];
    {
        const Share<Device> share{first};
        EXPECT_TRUE(::DisconnectNamedPipe(share->handle())) << "by other code";
    }
    ASSERT_TRUE(port_.read(first, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, recording_.waitForToken(1).status);
    EXPECT_TRUE(closed(first));
}

// Several threads disconnect, close and use connections at once. Each key has its completions, and the server
// continues.
TEST_F(NamedPipeDisconnectTest, RacesWithCloseAndReads) {
    if (mechanismOfRun() == Mechanism::kEvent) {
        GTEST_SKIP() << "Windows aborts what a thread has started when it ends, so that the server has gaps";
    }
    serve();
    std::uint64_t token = 0;
    std::array<char, 4> buffer;
    for (std::size_t n = 1; n <= 40; ++n) {
        const win32::Handle client = connectTo(settings_.name);
        const Device::Key key = connection(n);
        std::atomic<std::uint64_t> accepted{0};
        const std::uint64_t before = token;
        concurrently(4, [&](unsigned thread) {
            if (thread == 0) {
                (void)disconnect(key);
            } else if (thread == 1) {
                (void)disconnect(key);
                Device::close(key);
            } else {
                accepted += bool{port_.read(key, before + thread, &buffer[thread], 1)};
            }
            // Wine loses the status of an operation that ends while its thread ends, and perhaps the operation.
            EXPECT_TRUE(Device::awaitClosed(key, deadline()));
        });
        token += 4;
        EXPECT_EQ(accepted, recording_.recordsOf(before + 2).size() + recording_.recordsOf(before + 3).size());
    }
    EXPECT_EQ(0u, port_->snapshot().unbalancedDevices);
}

}  // namespace
}  // namespace iocp4j
