#include <aclapi.h>
#include <gtest/gtest.h>
#include <sddl.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "../fixtures/Concurrently.h"
#include "../fixtures/FakeCall.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/TestPort.h"
#include "../fixtures/Turnstile.h"
#include "devices/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::uint64_t kServerToken = 4711;

NamedPipeServerSettings newServer(std::uint32_t listening = 4) {
    NamedPipeServerSettings settings;
    settings.name = newPipeName();
    settings.listening = listening;
    settings.token = kServerToken;
    return settings;
}

win32::ErrorCode listen(Device::Key server) {
    const Share<Device> share{server};
    return share ? static_cast<NamedPipeServer&>(*share).listen() : code(Refusal::kDeviceClosed);
}

Device::Key openAndListen(const TestPort& port, const NamedPipeServerSettings& settings) {
    const auto server = NamedPipeServer::open(*port, settings);
    EXPECT_EQ(0u, server.error());
    if (server) {
        EXPECT_EQ(0u, listen(*server));
    }
    return *server;
}

std::vector<CompletionRecord> accepts(const Recording& recording) {
    std::vector<CompletionRecord> found = recording.records();
    std::erase_if(found, [](const CompletionRecord& record) { return record.opcode != Opcode::kAccept; });
    return found;
}

bool waitForAccepts(const Recording& recording, std::size_t count) {
    return waitFor([&] { return accepts(recording).size() >= count; });
}

// Instances that wait hold a share of their server each.
bool waitForListening(const TestPort& port, Device::Key server, std::uint32_t count) {
    return waitFor([&] {
        for (const auto& device : port->snapshot().devices) {
            if (device.key == server) {
                return device.inFlight == count;
            }
        }
        return false;
    });
}

bool isServed(const std::wstring& name) {
    return ::WaitNamedPipeW(name.c_str(), 1) || ::GetLastError() == ERROR_SEM_TIMEOUT;
}

void put(const win32::Handle& pipe, const std::string& data) {
    DWORD written = 0;
    EXPECT_TRUE(::WriteFile(pipe.get(), data.data(), static_cast<DWORD>(data.size()), &written, nullptr));
}

std::string get(const win32::Handle& pipe) {
    char buffer[256];
    DWORD read = 0;
    EXPECT_TRUE(::ReadFile(pipe.get(), buffer, sizeof(buffer), &read, nullptr)) << ::GetLastError();
    return {buffer, read};
}

class NamedPipeServerTest : public ::testing::Test {
protected:
    // What the connection says next.
    std::string hear(Device::Key connection) {
        char buffer[256];
        const std::uint64_t token = ++lastToken_;
        EXPECT_TRUE(port_.read(connection, token, buffer, sizeof(buffer)));
        const CompletionRecord record = recording_.waitForToken(token);
        return record.status == 0 ? std::string(buffer, record.bytes) : "error " + std::to_string(record.status);
    }

    Recording recording_;
    TestPort port_{recording_, portSettings(2)};
    std::uint64_t lastToken_ = 1'000'000;
};

// --- Accepting ------------------------------------------------------------------------------------------------------

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
    EXPECT_EQ("hello", hear(record.key));
    ASSERT_TRUE(port_.write(record.key, 1, "good day", 8));
    EXPECT_EQ("good day", get(client));
    EXPECT_TRUE(waitForListening(port_, server, 4)) << "another takes its place";
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

// The server creates the pipe before it lets anybody be accepted.
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
    EXPECT_EQ("early", hear(accepts(recording_)[0].key));
}

TEST_F(NamedPipeServerTest, HearsAClientThatHasGoneBeforeItListened) {
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
    EXPECT_EQ("testament", hear(record.key));
    EXPECT_EQ("error 109", hear(record.key));
}

TEST_F(NamedPipeServerTest, ServesMessages) {
    NamedPipeServerSettings settings = newServer();
    settings.messages = true;
    openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name, 0, PipeKind::kMessages);
    put(client, "one");
    put(client, "two");
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_EQ("one", hear(accepts(recording_)[0].key));
    EXPECT_EQ("two", hear(accepts(recording_)[0].key));
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
    EXPECT_EQ("in", hear(accepts(recording_)[0].key));
    ASSERT_TRUE(port_.write(accepts(recording_)[0].key, 1, "x", 1));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording_.waitForToken(1).status);
}

// 64 clients at once, each of which is gone as soon as it has written.
TEST(NamedPipeServerBurstTest, EveryMessageOfABurstArrives) {
    constexpr unsigned kClients = 64;
    struct Connection {
        std::array<char, 64> buffer;
        std::string heard;
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
                connection.heard.append(connection.buffer.data(), record.bytes);
                listenTo(record.key, connection);
            } else {
                EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, record.status);
                messages.insert(connection.heard);
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
    EXPECT_TRUE(third) << "there is room again";
    EXPECT_TRUE(waitForAccepts(recording_, 3));
    for (const CompletionRecord& record : accepts(recording_)) {
        EXPECT_EQ(0u, record.status) << "the listener has nothing to do with the limit";
    }
}

// Waiting takes operations, too. One more instance may lie aside for which there was none.
TEST(NamedPipeServerBoundsTest, ListensWithAsManyInstancesAsTheCeilingAllows) {
    Recording recording;
    TestPort port{recording, portSettings(1, 3)};
    const NamedPipeServerSettings settings = newServer(5);
    const Device::Key server = openAndListen(port, settings);
    EXPECT_EQ(3u, port->operations().inFlight());
    EXPECT_TRUE(waitForListening(port, server, 4));
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_TRUE(waitFor([&] { return port->operations().inFlight() == 3; })) << "another waits in its place";
    const Device::Key connection = accepts(recording)[0].key;
    char buffer[8];
    EXPECT_EQ(code(Refusal::kOperationLimit), port.read(connection, 1, buffer, sizeof(buffer)).error());
    EXPECT_TRUE(closed(server));
    EXPECT_FALSE(::WaitNamedPipeW(settings.name.c_str(), 1)) << "nothing lies aside any more";
    EXPECT_TRUE(port.read(connection, 2, buffer, sizeof(buffer)));
    put(client, "x");
    EXPECT_EQ(0u, recording.waitForToken(2).status);
}

// While an instance is created, somebody else takes the operation that was to wait for its client.
TEST(NamedPipeServerBoundsTest, HearsAClientThatGotInWhenThereWasNoOperation) {
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
    put(second, "patience");
    EXPECT_EQ(1u, accepts(recording).size());
    {
        const Share<Device> share{other};
        share->cancelAll();
    }
    ASSERT_TRUE(waitForAccepts(recording, 2)) << "the reminder";
    const CompletionRecord accept = accepts(recording)[1];
    EXPECT_EQ(0u, accept.status);
    EXPECT_TRUE(closed(server));
    ASSERT_TRUE(port.read(accept.key, 3, buffers[1], sizeof(buffers[1])));
    EXPECT_EQ("patience", std::string(buffers[1], recording.waitForToken(3).bytes));
}

// --- Failures -------------------------------------------------------------------------------------------------------

TEST(NamedPipeServerFailureTest, TellsThatItCannotAcceptAndRecovers) {
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
    EXPECT_TRUE(waitForListening(port, server, 2)) << "the reminder";
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 5));
    const auto all = accepts(recording);
    EXPECT_EQ(0u, all[4].status);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, all[i].status);
        EXPECT_EQ(server, all[i].key) << "it is nobody's connection";
        EXPECT_EQ(kServerToken, all[i].token);
        EXPECT_EQ(0u, all[i].detail);
    }
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.size() == 1 + 2 + 1; }));
}

// A failure that lasts must not make the server try as fast as it can.
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
    ASSERT_TRUE(waitFor([&] { return attempts >= 2 * kListening; })) << "it does try again";
    EXPECT_TRUE(closed(server));
    // The reminder comes every 250 ms at most; clocks may be a little coarse.
    const auto reminders = (std::chrono::steady_clock::now() - begin) / std::chrono::milliseconds{200};
    EXPECT_LE(attempts, kListening * (reminders + 1));
    EXPECT_LE(recording.count(), attempts);
}

// Whoever has closed a server may serve its name again, at once.
TEST_F(NamedPipeServerTest, NameIsFreeWhenTheServerHasEnded) {
    NamedPipeServerSettings settings = newServer(8);
    for (int round = 0; round < 30; ++round) {
        const auto server = NamedPipeServer::open(*port_, settings);
        ASSERT_EQ(0u, server.error()) << "round " << round;
        ASSERT_EQ(0u, listen(*server));
        ASSERT_TRUE(closed(*server));
    }
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
    EXPECT_TRUE(waitForListening(port, server, 2)) << "the reminder";
    const win32::Handle third = connectTo(settings.name);
    EXPECT_TRUE(waitForAccepts(recording, 4));
    std::multiset<std::uint32_t> statuses;
    for (const CompletionRecord& record : accepts(recording)) {
        statuses.insert(record.status);
    }
    EXPECT_EQ((std::multiset<std::uint32_t>{0, 0, 0, ERROR_NO_SYSTEM_RESOURCES}), statuses);
}

TEST(NamedPipeServerFailureTest, TellsOnceThatItCanHaveNoMoreInstances) {
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
        ASSERT_TRUE(waitFor([&] { return attempts >= 3; })) << "it goes on trying";
        fails = false;
        ASSERT_TRUE(waitForListening(port, server, 1));
        std::vector<CompletionRecord> failures = accepts(recording);
        std::erase_if(failures, [](const CompletionRecord& record) { return record.status == 0; });
        ASSERT_EQ(row + 1, failures.size()) << "once for each row of failures";
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
    EXPECT_EQ(0u, listen(*server)) << "it can be tried again";
    const win32::Handle client = connectTo(settings.name);
    EXPECT_TRUE(waitForAccepts(recording, 1));
    EXPECT_TRUE(closed(*server));
}

TEST_F(NamedPipeServerTest, SaysWhatIsWrongWithItsSettings) {
    NamedPipeServerSettings bad = newServer();
    bad.sddl = L"nonsense";
    EXPECT_NE(0u, NamedPipeServer::open(*port_, bad).error());
    EXPECT_FALSE(isServed(bad.name));
    bad = newServer();
    bad.name = L"no pipe's name";
    EXPECT_EQ(DWORD{ERROR_INVALID_NAME}, NamedPipeServer::open(*port_, bad).error());
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(NamedPipeServerTest, IsRefusedWhereAnotherServes) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, NamedPipeServer::open(*port_, settings).error());
    NamedPipeServerSettings full = newServer(1);
    full.maxInstances = 1;
    openAndListen(port_, full);
    const win32::Handle client = connectTo(full.name);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, NamedPipeServer::open(*port_, full).error()) << "busy is served, too";
    EXPECT_TRUE(closed(server));
    EXPECT_EQ(0u, NamedPipeServer::open(*port_, settings).error()) << "the name is free again";
}

TEST_F(NamedPipeServerTest, IsRefusedByAClosedPort) {
    const NamedPipeServerSettings settings = newServer();
    const Share<CompletionPort> share{port_.key()};
    port_.close();
    EXPECT_EQ(code(Refusal::kPortClosed), NamedPipeServer::open(*share, settings).error());
    EXPECT_FALSE(isServed(settings.name));
}

// --- Safety ---------------------------------------------------------------------------------------------------------

// What CreateNamedPipe is asked for, and the handles it gives.
class Created {
public:
    struct Instance {
        HANDLE handle;
        DWORD openMode;
        DWORD pipeMode;
        DWORD instances;
        DWORD outBuffer;
        DWORD inBuffer;
    };

    std::vector<Instance> instances() const {
        const std::lock_guard lock{mutex_};
        return instances_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Instance> instances_;
    FakeCall<&win32::Calls::createNamedPipe> create_{[this](const wchar_t* name, DWORD openMode, DWORD pipeMode,
                                                            DWORD instances, DWORD outBuffer, DWORD inBuffer,
                                                            DWORD timeout, SECURITY_ATTRIBUTES* security) {
        const HANDLE handle =
            decltype(create_)::real(name, openMode, pipeMode, instances, outBuffer, inBuffer, timeout, security);
        const std::lock_guard lock{mutex_};
        instances_.push_back({handle, openMode, pipeMode, instances, outBuffer, inBuffer});
        return handle;
    }};
};

// The discretionary access control list of a kernel object, in the definition language.
std::wstring accessOf(HANDLE handle) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, ::GetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                                                      nullptr, nullptr, nullptr, &descriptor));
    wchar_t* text = nullptr;
    EXPECT_TRUE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                                       DACL_SECURITY_INFORMATION, &text, nullptr));
    const std::wstring result = text != nullptr ? text : L"";
    ::LocalFree(text);
    ::LocalFree(descriptor);
    return result;
}

TEST(NamedPipeServerSafetyTest, AsksForWhatTheSettingsSay) {
    Created created;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(3);
    settings.inBuffer = 1'024;
    settings.outBuffer = 2'048;
    settings.maxInstances = 7;
    openAndListen(port, settings);
    const auto instances = created.instances();
    ASSERT_EQ(3u, instances.size());
    for (std::size_t i = 0; i < instances.size(); ++i) {
        EXPECT_EQ(i == 0, (instances[i].openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0) << "nobody may have been first";
        EXPECT_TRUE(instances[i].openMode & FILE_FLAG_OVERLAPPED);
        EXPECT_EQ(DWORD{PIPE_ACCESS_DUPLEX}, instances[i].openMode & PIPE_ACCESS_DUPLEX);
        EXPECT_TRUE(instances[i].pipeMode & PIPE_REJECT_REMOTE_CLIENTS);
        EXPECT_EQ(7u, instances[i].instances);
        EXPECT_EQ(1'024u, instances[i].inBuffer);
        EXPECT_EQ(2'048u, instances[i].outBuffer);
    }
}

// Between the end of the last instance and the next one the name is anybody's.
TEST(NamedPipeServerSafetyTest, JoinsNobodyElsesPipeWhenItHasNoInstanceLeft) {
    std::mutex mutex;
    std::vector<bool> asFirst;
    FakeCall<&win32::Calls::createNamedPipe> create{[&](const wchar_t* name, DWORD openMode, auto... others) -> HANDLE {
        const std::lock_guard lock{mutex};
        asFirst.push_back((openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0);
        return decltype(create)::real(name, openMode, others...);
    }};
    const auto created = [&] {
        const std::lock_guard lock{mutex};
        return asFirst;
    };
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(1);
    settings.maxInstances = 1;
    const Device::Key server = openAndListen(port, settings);
    win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_TRUE(closed(accepts(recording)[0].key));
    ASSERT_TRUE(waitForListening(port, server, 1));
    const std::vector<bool> all = created();
    ASSERT_GE(all.size(), 3u);
    EXPECT_TRUE(all.front());
    EXPECT_FALSE(all[1]) << "in vain, while the only one was connected";
    EXPECT_TRUE(all.back()) << "it had gone";
}

TEST(NamedPipeServerSafetyTest, FurtherInstancesBelongToTheFirst) {
    std::atomic<int> firsts{0};
    std::atomic<int> others{0};
    FakeCall<&win32::Calls::createNamedPipe> create{[&](const wchar_t* name, DWORD openMode, auto... rest) -> HANDLE {
        ++((openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0 ? firsts : others);
        return decltype(create)::real(name, openMode, rest...);
    }};
    Recording recording;
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer(3);
    const Device::Key server = openAndListen(port, settings);
    for (std::size_t i = 0; i < 5; ++i) {
        const win32::Handle client = connectTo(settings.name);
        ASSERT_TRUE(waitForAccepts(recording, i + 1));
        EXPECT_TRUE(closed(accepts(recording)[i].key));
        ASSERT_TRUE(waitForListening(port, server, 3));
    }
    EXPECT_EQ(1, firsts.load());
    EXPECT_EQ(7, others.load());
}

TEST(NamedPipeServerSafetyTest, AdmitsRemoteClientsOnlyWhereItIsToldTo) {
    Created created;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(1);
    settings.acceptRemote = true;
    openAndListen(port, settings);
    ASSERT_EQ(1u, created.instances().size());
    EXPECT_FALSE(created.instances()[0].pipeMode & PIPE_REJECT_REMOTE_CLIENTS);
}

TEST(NamedPipeServerSafetyTest, IsForTheUserAdministratorsAndSystem) {
    Created created;
    Recording recording;
    TestPort port{recording};
    openAndListen(port, newServer(2));
    for (const Created::Instance& instance : created.instances()) {
        const std::wstring access = accessOf(instance.handle);
        EXPECT_EQ(0u, access.find(L"D:P(")) << access;
        EXPECT_EQ(3, std::count(access.begin(), access.end(), L'('));
        EXPECT_NE(std::wstring::npos, access.find(L";;;SY)"));
        EXPECT_NE(std::wstring::npos, access.find(L";;;BA)"));
        EXPECT_EQ(std::wstring::npos, access.find(L";;;WD)"));
        EXPECT_EQ(std::wstring::npos, access.find(L";;;AN)"));
    }
}

TEST(NamedPipeServerSafetyTest, IsForWhomTheSettingsSay) {
    Created created;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(2);
    settings.sddl = L"D:P(A;;FA;;;SY)(A;;FA;;;AU)";
    openAndListen(port, settings);
    for (const Created::Instance& instance : created.instances()) {
        const std::wstring access = accessOf(instance.handle);
        EXPECT_NE(std::wstring::npos, access.find(L";;;AU)")) << access;
        EXPECT_EQ(std::wstring::npos, access.find(L";;;BA)")) << access;
    }
}

// --- Closing --------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeServerTest, ClosingIsNoFailureToAccept) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    EXPECT_TRUE(closed(server));
    EXPECT_FALSE(isServed(settings.name));
    EXPECT_TRUE(port_->snapshot().devices.empty());
    EXPECT_TRUE(port_.waitUntilIdle());
    EXPECT_TRUE(accepts(recording_).empty());
    EXPECT_EQ(code(Refusal::kDeviceClosed), listen(server));
}

TEST_F(NamedPipeServerTest, ClosesWithoutHavingListened) {
    const NamedPipeServerSettings settings = newServer();
    const auto server = NamedPipeServer::open(*port_, settings);
    ASSERT_TRUE(server);
    EXPECT_TRUE(closed(*server));
    EXPECT_FALSE(isServed(settings.name));
}

TEST_F(NamedPipeServerTest, EndsWithItsPortAndTellsOfNoFailure) {
    const NamedPipeServerSettings settings = newServer(8);
    openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    port_.end();
    EXPECT_FALSE(isServed(settings.name));
    EXPECT_EQ(1u, accepts(recording_).size());
}

TEST_F(NamedPipeServerTest, ConnectionOutlivesItsServer) {
    const NamedPipeServerSettings settings = newServer();
    const Device::Key server = openAndListen(port_, settings);
    const win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    const Device::Key connection = accepts(recording_)[0].key;
    EXPECT_TRUE(closed(server));
    put(client, "still here");
    EXPECT_EQ("still here", hear(connection));
    EXPECT_TRUE(closed(connection));
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(NamedPipeServerTest, CancelAllOfTheServerLeavesItListening) {
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

TEST(NamedPipeServerCloseTest, CanBeClosedByTheListenerThatIsToldOfAClient) {
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
    EXPECT_TRUE(Device::awaitClosed(server, patienceEnds()));
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); }));
}

// The server is closed at every point at which another thread of it makes an instance.
TEST(NamedPipeServerCloseTest, CloseWhileAnInstanceIsMadeLeavesNothing) {
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
            // CreateNamedPipe has already been called for the first.
            left = point == Point::kCreate ? std::min(which, 3) : which;
            (void)listen(*opened);
            EXPECT_EQ(0, left.load());
            EXPECT_TRUE(Device::awaitClosed(*opened, patienceEnds())) << static_cast<int>(point) << ' ' << which;
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
