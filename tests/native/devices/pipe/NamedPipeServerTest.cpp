#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/PipeServers.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

class NamedPipeServerTest : public PipeServerTest {};

TEST_F(NamedPipeServerTest, AcceptsAClient) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    const CompletionRecord record = accepts(recording_)[0];
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(kServerToken, record.token);
    EXPECT_EQ(0u, record.bytes);
    EXPECT_EQ(::GetCurrentProcessId(), record.detail);
    EXPECT_NE(server, record.key) << "the connection's key";
    {
        const Share<Device> connection{record.key};
        ASSERT_TRUE(connection);
        EXPECT_EQ(settings.name, connection->name());
    }
    put(client, "hello");
    EXPECT_EQ("hello", readNext(record.key));
    ASSERT_TRUE(port_.write(record.key, 1, "good day", 8));
    EXPECT_EQ("good day", get(client));
    EXPECT_TRUE(waitForListening(port_, server, 4)) << "another instance replaces it";
    EXPECT_TRUE(closed(record.key));
    EXPECT_EQ(1u, accepts(recording_).size());
}

TEST_F(NamedPipeServerTest, KeepsInstancesWaiting) {
    const NamedPipeServerSettings settings = newServer(5);
    const Device::Key server = openAndListen(port_, settings);
    ASSERT_TRUE(waitForListening(port_, server, 5));
    std::vector<win32::Handle> clients;
    for (std::size_t i = 0; i < 12; ++i) {
        clients.push_back(connectTo(settings.name));
    }
    ASSERT_TRUE(waitForAccepts(recording_, clients.size()));
    EXPECT_TRUE(waitForListening(port_, server, 5));
    std::set<Device::Key> connections;
    for (const CompletionRecord& record : accepts(recording_)) {
        EXPECT_TRUE(connections.insert(record.key).second);
    }
    EXPECT_EQ(1 + 5 + clients.size(), port_->snapshot().devices.size());
}

// The server creates the pipe before it accepts a client.
TEST_F(NamedPipeServerTest, AcceptsAClientThatCameBeforeItListened) {
    const NamedPipeServerSettings settings = newServer();
    const auto server = NamedPipeServer::open(*port_, settings);
    ASSERT_TRUE(server) << server.error();
    const win32::Handle client = connectTo(settings.name);
    put(client, "early");
    ::Sleep(20);
    EXPECT_TRUE(accepts(recording_).empty());
    ASSERT_EQ(0u, listen(*server));
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_EQ(0u, accepts(recording_)[0].status);
    EXPECT_EQ(::GetCurrentProcessId(), accepts(recording_)[0].detail);
    EXPECT_EQ("early", readNext(accepts(recording_)[0].key));
}

TEST_F(NamedPipeServerTest, ReadsFromAClientThatHasGoneBeforeItListened) {
    const NamedPipeServerSettings settings = newServer();
    const auto server = NamedPipeServer::open(*port_, settings);
    ASSERT_TRUE(server) << server.error();
    win32::Handle client = connectTo(settings.name);
    put(client, "testament");
    client.reset();
    ASSERT_EQ(0u, listen(*server));
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    const CompletionRecord record = accepts(recording_)[0];
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ("testament", readNext(record.key));
    EXPECT_EQ("error 109", readNext(record.key));
}

TEST_F(NamedPipeServerTest, ServesMessages) {
    NamedPipeServerSettings settings = newServer();
    settings.messages = true;
    openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name, 0, PipeKind::kMessages);
    put(client, "one");
    put(client, "two");
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_EQ("one", readNext(accepts(recording_)[0].key));
    EXPECT_EQ("two", readNext(accepts(recording_)[0].key));
}

TEST_F(NamedPipeServerTest, ServesOneDirection) {
    NamedPipeServerSettings settings = newServer();
    settings.direction = PipeDirection::kInbound;
    openAndListen(port_, settings);
    EXPECT_EQ(INVALID_HANDLE_VALUE,
              ::CreateFileW(settings.name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, ::GetLastError());
    const win32::Handle client{
        ::CreateFileW(settings.name.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
    ASSERT_TRUE(client);
    put(client, "in");
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_EQ("in", readNext(accepts(recording_)[0].key));
    ASSERT_TRUE(port_.write(accepts(recording_)[0].key, 1, "x", 1));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording_.waitForToken(1).status);
}

// 64 clients at once, each of which disconnects after it has written.
TEST(NamedPipeServerBurstTest, EveryMessageOfABurstArrives) {
    constexpr unsigned kClients = 64;
    struct Connection {
        std::array<char, 64> buffer;
        std::string data;
    };
    Recording recording;
    TestPort* used = nullptr;
    std::mutex mutex;
    std::map<Device::Key, Connection> connections;
    std::multiset<std::string> messages;
    std::atomic<int> refused{0};
    std::atomic<unsigned> ended{0};
    const auto listenTo = [&](Device::Key key, Connection& connection) {
        refused += !used->read(key, 1, connection.buffer.data(), static_cast<std::uint32_t>(connection.buffer.size()));
    };
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            const std::lock_guard lock{mutex};
            if (record.opcode == Opcode::kAccept) {
                listenTo(record.key, connections[record.key]);
                continue;
            }
            Connection& connection = connections[record.key];
            if (record.status == 0) {
                connection.data.append(connection.buffer.data(), record.bytes);
                listenTo(record.key, connection);
            } else {
                EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, record.status);
                messages.insert(connection.data);
                Device::close(record.key);
                ++ended;
            }
        }
    };
    TestPort port{recording, portSettings(3)};
    used = &port;
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port, settings);
    concurrently(kClients, [&](unsigned thread) {
        const win32::Handle client = connectTo(settings.name);
        put(client, "message " + std::to_string(thread));
    });
    EXPECT_TRUE(waitFor([&] { return ended == kClients; })) << ended;
    EXPECT_EQ(0, refused.load());
    EXPECT_TRUE(waitForListening(port, server, 4));
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.size() == 1 + 4; })) << "no connection is left";
    const std::lock_guard lock{mutex};
    EXPECT_EQ(kClients, messages.size());
    for (unsigned i = 0; i < kClients; ++i) {
        EXPECT_EQ(1u, messages.count("message " + std::to_string(i))) << i;
    }
}

TEST_F(NamedPipeServerTest, KeepsToTheGreatestNumberOfInstances) {
    NamedPipeServerSettings settings = newServer(4);
    settings.maxInstances = 2;
    const Device::Key server = openAndListen(port_, settings);
    EXPECT_TRUE(waitForListening(port_, server, 2));
    win32::Handle first = connectTo(settings.name);
    win32::Handle second = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording_, 2));
    EXPECT_FALSE(::WaitNamedPipeW(settings.name.c_str(), 1));
    EXPECT_EQ(DWORD{ERROR_SEM_TIMEOUT}, ::GetLastError());
    EXPECT_TRUE(closed(accepts(recording_)[0].key));
    const win32::Handle third = connectTo(settings.name);
    EXPECT_TRUE(third) << "below the limit again";
    EXPECT_TRUE(waitForAccepts(recording_, 3));
    for (const CompletionRecord& record : accepts(recording_)) {
        EXPECT_EQ(0u, record.status) << "the limit is not reported";
    }
}

// A server with so few instances that at times none is free, and clients that try again only while the pipe is busy.
TEST(NamedPipeServerBurstTest, ClientsFindThePipeOfFewInstancesAlways) {
    constexpr unsigned kThreads = 50;
    constexpr unsigned kClients = 8;  // per thread
    for (const std::uint32_t most : {1u, 2u}) {
        Recording recording;
        recording.onDelivery = [](unsigned, std::span<const CompletionRecord> records) {
            for (const CompletionRecord& record : records) {
                if (record.status == 0) {
                    Device::close(record.key);
                }
            }
        };
        TestPort port{recording, portSettings(3)};
        NamedPipeServerSettings settings = newServer(1);
        settings.maxInstances = most;
        openAndListen(port, settings);
        std::atomic<unsigned> missing{0};
        std::atomic<unsigned> served{0};
        concurrently(kThreads, [&](unsigned) {
            for (unsigned client = 0; client < kClients;) {
                const win32::Handle pipe{
                    ::CreateFileW(settings.name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
                const DWORD error = pipe ? ERROR_SUCCESS : ::GetLastError();
                if (error == ERROR_PIPE_BUSY) {
                    ::WaitNamedPipeW(settings.name.c_str(), 1'000);
                    continue;
                }
                ++client;
                missing += error == ERROR_FILE_NOT_FOUND;
                char byte;
                DWORD count = 0;
                served += pipe && !::ReadFile(pipe.get(), &byte, 1, &count, nullptr);
            }
        });
        EXPECT_EQ(0u, missing.load()) << "of " << kThreads * kClients << " with " << most;
        EXPECT_EQ(kThreads * kClients, served.load());
    }
}

// Waiting takes operations, too. One more instance may be idle, for which there was no operation.
TEST(NamedPipeServerBoundsTest, ListensWithAsManyInstancesAsTheCeilingAllows) {
    Recording recording;
    TestPort port{recording, portSettings(1, 3)};
    const NamedPipeServerSettings settings = newServer(5);
    const Device::Key server = openAndListen(port, settings);
    EXPECT_EQ(3u, port->operations().inFlight());
    EXPECT_TRUE(waitForListening(port, server, 4));
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_TRUE(waitFor([&] { return port->operations().inFlight() == 3; })) << "another instance waits";
    const Device::Key connection = accepts(recording)[0].key;
    char buffer[8];
    EXPECT_EQ(code(EngineError::kOperationLimit), port.read(connection, 1, buffer, sizeof(buffer)).error());
    EXPECT_TRUE(closed(server));
    EXPECT_FALSE(::WaitNamedPipeW(settings.name.c_str(), 1)) << "no instance is idle";
    EXPECT_TRUE(port.read(connection, 2, buffer, sizeof(buffer)));
    put(client, "x");
    EXPECT_EQ(0u, recording.waitForToken(2).status);
}

// While an instance is created, another thread takes the operation for its accept.
TEST(NamedPipeServerBoundsTest, ReadsFromAClientThatConnectedWhenThereWasNoOperation) {
    Recording recording;
    TestPort* used = nullptr;
    Device::Key other = 0;
    std::atomic<bool> takeIt{false};
    char buffers[2][16];
    FakeCall<&win32::Calls::createNamedPipe> create{[&](auto... arguments) {
        if (takeIt.exchange(false)) {
            EXPECT_TRUE(used->read(other, 2, buffers[0], sizeof(buffers[0])));
        }
        return decltype(create)::real(arguments...);
    }};
    TestPort port{recording, portSettings(1, 1)};
    used = &port;
    PipeEnds ends;
    other = *port->add(std::make_unique<NamedPipe>(*port, L"other", std::move(ends.server)));
    const NamedPipeServerSettings settings = newServer(1);
    const Device::Key server = openAndListen(port, settings);
    takeIt = true;
    const win32::Handle first = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_FALSE(takeIt.load());
    const win32::Handle second = connectTo(settings.name);
    put(second, "timeout");
    EXPECT_EQ(1u, accepts(recording).size());
    {
        const Share<Device> share{other};
        share->cancelAll();
    }
    ASSERT_TRUE(waitForAccepts(recording, 2)) << "after the reminder";
    const CompletionRecord accept = accepts(recording)[1];
    EXPECT_EQ(0u, accept.status);
    EXPECT_TRUE(closed(server));
    ASSERT_TRUE(port.read(accept.key, 3, buffers[1], sizeof(buffers[1])));
    EXPECT_EQ("timeout", std::string(buffers[1], recording.waitForToken(3).bytes));
}

}  // namespace
}  // namespace iocp4j
