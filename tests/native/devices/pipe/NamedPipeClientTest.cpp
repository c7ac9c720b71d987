#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeClient.h"

namespace iocp4j {
namespace {

using namespace test;

using std::chrono::milliseconds;

// One instance of a pipe, served without the tested code.
class PlainServer {
public:
    explicit PlainServer(PipeKind kind = PipeKind::kBytes, DWORD access = PIPE_ACCESS_DUPLEX, DWORD instances = 1)
        : handle_(
              ::CreateNamedPipeW(name_.c_str(), access, static_cast<DWORD>(kind), instances, 4096, 4096, 0, nullptr)) {
        EXPECT_TRUE(handle_);
    }

    const std::wstring& name() const noexcept { return name_; }
    HANDLE handle() const noexcept { return handle_.get(); }

    std::string read() const {
        char buffer[64];
        DWORD length = 0;
        EXPECT_TRUE(::ReadFile(handle(), buffer, sizeof(buffer), &length, nullptr)) << ::GetLastError();
        return {buffer, length};
    }

    void write(const std::string& data) const {
        DWORD written = 0;
        EXPECT_TRUE(::WriteFile(handle(), data.data(), static_cast<DWORD>(data.size()), &written, nullptr));
    }

    // Disconnects the client and waits for the next one.
    void listenAgain() const {
        ::DisconnectNamedPipe(handle());
        if (!::ConnectNamedPipe(handle(), nullptr)) {
            EXPECT_EQ(DWORD{ERROR_PIPE_CONNECTED}, ::GetLastError());
        }
    }

private:
    const std::wstring name_ = newPipeName();
    win32::Handle handle_;
};

struct Asked : NamedPipeClientSettings {
    milliseconds timeout{0};
};

Asked settingsFor(const std::wstring& name, milliseconds timeout = milliseconds{0}) {
    Asked asked;
    asked.name = name;
    asked.timeout = timeout;
    return asked;
}

win32::Result<Device::Key> connectNamedPipe(CompletionPort::Key port, const Asked& asked) {
    return iocp4j::connectNamedPipe(port, asked, asked.timeout);
}

class NamedPipeClientTest : public ::testing::Test {
protected:
    Recording recording_;
    TestPort port_{recording_};
};

TEST_F(NamedPipeClientTest, ConnectsAndTalks) {
    const PlainServer server;
    const auto client = connectNamedPipe(port_.key(), settingsFor(server.name()));
    ASSERT_TRUE(client) << client.error();
    ASSERT_TRUE(port_.write(*client, 1, "question", 8));
    EXPECT_EQ("question", server.read());
    char buffer[16];
    ASSERT_TRUE(port_.read(*client, 2, buffer, sizeof(buffer)));
    server.write("answer");
    const CompletionRecord record = recording_.waitForToken(2);
    EXPECT_EQ("answer", std::string(buffer, record.bytes));
    const Share<Device> share{*client};
    EXPECT_EQ(server.name(), share->name());
    EXPECT_EQ(::GetCurrentProcessId(), serverProcessId(*share));
}

TEST_F(NamedPipeClientTest, FailsAtOnceWhereThePipeHasNoServer) {
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND},
              connectNamedPipe(port_.key(), settingsFor(newPipeName(), std::chrono::hours{1})).error());
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(NamedPipeClientTest, RefusesWhatIsNoName) {
    for (const wchar_t* bad : {L"", L"\\\\.\\pope\\x"}) {
        EXPECT_NE(0u, connectNamedPipe(port_.key(), settingsFor(bad)).error()) << bad;
    }
}

// These names open the root of the pipe file system or the file system itself, whose handles look like pipes.
TEST_F(NamedPipeClientTest, RefusesNamesThatLeadToNoPipe) {
    for (const wchar_t* bad : {L"\\\\.\\pipe\\", L"\\\\.\\pipe", L"\\\\.\\pipe\\ ", L"\\\\.\\pipe\\...",
                               L"\\\\.\\PIPE\\a\\..", L"\\\\?\\pipe\\", L"\\\\.\\NUL"}) {
        for (const PipeDirection direction :
             {PipeDirection::kDuplex, PipeDirection::kInbound, PipeDirection::kOutbound}) {
            Asked asked = settingsFor(bad);
            asked.direction = direction;
            EXPECT_NE(0u, connectNamedPipe(port_.key(), asked).error()) << bad << static_cast<DWORD>(direction);
        }
    }
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(NamedPipeClientTest, RefusesAFile) {
    wchar_t program[MAX_PATH];
    ASSERT_NE(0u, ::GetModuleFileNameW(nullptr, program, MAX_PATH));
    Asked asked = settingsFor(program);
    asked.direction = PipeDirection::kInbound;
    EXPECT_NE(0u, connectNamedPipe(port_.key(), asked).error());
}

TEST_F(NamedPipeClientTest, SaysThatThePipeIsBusyWhenTheTimeoutEnds) {
    const PlainServer server;
    const win32::Handle first = connectTo(server.name());
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, connectNamedPipe(port_.key(), settingsFor(server.name())).error());
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY},
              connectNamedPipe(port_.key(), settingsFor(server.name(), milliseconds{100})).error());
}

TEST_F(NamedPipeClientTest, WaitsForAnInstanceToBecomeFree) {
    const PlainServer server;
    win32::Handle first = connectTo(server.name());
    std::thread leaving{[&] {
        EXPECT_TRUE(waitFor([&] { return PipeWaits::isBusy(server.name()); }));
        first.reset();
        server.listenAgain();
    }};
    const auto client = connectNamedPipe(port_.key(), settingsFor(server.name(), kTimeout));
    leaving.join();
    EXPECT_EQ(0u, client.error());
}

// Another client takes each free instance first.
TEST(NamedPipeClientRaceTest, TriesAgainWhenAnotherTakesTheInstance) {
    const std::wstring prefix = L"\\\\.\\pipe\\iocp4j-test";
    std::atomic<int> attempts{0};
    std::atomic<int> waits{0};
    FakeCall<&win32::Calls::createFile> createFile{[&](const wchar_t* name, auto... arguments) -> HANDLE {
        if (std::wstring{name}.starts_with(prefix) && ++attempts <= 5) {
            ::SetLastError(ERROR_PIPE_BUSY);
            return INVALID_HANDLE_VALUE;
        }
        return decltype(createFile)::real(name, arguments...);
    }};
    FakeCall<&win32::Calls::startPipeWait> wait{[&](HANDLE, const wchar_t* name, DWORD timeout, OVERLAPPED*) {
        EXPECT_TRUE(std::wstring{name}.starts_with(L"iocp4j-test"));
        EXPECT_NE(0u, timeout) << "would be the server's default";
        ++waits;
        return TRUE;
    }};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    EXPECT_TRUE(connectNamedPipe(port.key(), settingsFor(server.name(), kTimeout)));
    EXPECT_EQ(6, attempts);
    EXPECT_EQ(4, waits) << "after each attempt but the caller's own";
}

// The results of CreateFile for a test's pipe, in order. Afterwards the pipe exists.
class Attempts {
public:
    explicit Attempts(std::vector<DWORD> errors) : errors_(std::move(errors)) {}

    std::size_t made() const noexcept { return made_; }

private:
    const std::vector<DWORD> errors_;
    std::atomic<std::size_t> made_{0};
    FakeCall<&win32::Calls::createFile> createFile_{[this](const wchar_t* name, auto... arguments) -> HANDLE {
        if (std::wstring{name}.starts_with(L"\\\\.\\pipe\\iocp4j-test") && ++made_ <= errors_.size()) {
            ::SetLastError(errors_[made_ - 1]);
            return INVALID_HANDLE_VALUE;
        }
        return decltype(createFile_)::real(name, arguments...);
    }};
};

// The server is between two instances.
TEST(NamedPipeClientRaceTest, BusyPipeMayBeMissingForAMoment) {
    FakeCall<&win32::Calls::startPipeWait> wait{[](auto...) { return failing(ERROR_FILE_NOT_FOUND); }};
    const Attempts attempts{{ERROR_PIPE_BUSY, ERROR_FILE_NOT_FOUND, ERROR_FILE_NOT_FOUND, ERROR_PIPE_BUSY}};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(0u, connectNamedPipe(port.key(), settingsFor(server.name(), kTimeout)).error());
    EXPECT_EQ(5u, attempts.made());
}

TEST(NamedPipeClientRaceTest, WaitsForAMissingPipeIfAsked) {
    const Attempts attempts{{ERROR_FILE_NOT_FOUND, ERROR_FILE_NOT_FOUND, ERROR_FILE_NOT_FOUND}};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    Asked asked = settingsFor(server.name(), kTimeout);
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, connectNamedPipe(port.key(), asked).error());
    EXPECT_EQ(1u, attempts.made());
    asked.waitForServer = true;
    EXPECT_EQ(0u, connectNamedPipe(port.key(), asked).error());
    EXPECT_EQ(4u, attempts.made());
}

// A system without that wait.
TEST(NamedPipeClientRaceTest, NeedsNoWaitInTheKernel) {
    FakeCall<&win32::Calls::startPipeWait> wait{[](auto...) { return failing(ERROR_CALL_NOT_IMPLEMENTED); }};
    const Attempts attempts{{ERROR_PIPE_BUSY, ERROR_PIPE_BUSY, ERROR_PIPE_BUSY}};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(0u, connectNamedPipe(port.key(), settingsFor(server.name(), kTimeout)).error());
    EXPECT_EQ(4u, attempts.made());
}

TEST(NamedPipeClientRaceTest, SaysWhatWasSoLastWhenTheTimeoutEnds) {
    std::atomic<int> attempts{0};
    FakeCall<&win32::Calls::createFile> createFile{[&](auto...) -> HANDLE {
        ::SetLastError(++attempts == 1 ? ERROR_PIPE_BUSY : ERROR_FILE_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }};
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND},
              connectNamedPipe(port.key(), settingsFor(newPipeName(), milliseconds{30})).error());
}

TEST(NamedPipeClientRaceTest, AnyOtherErrorEndsTheWait) {
    const Attempts attempts{{ERROR_PIPE_BUSY, ERROR_ACCESS_DENIED}};
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, connectNamedPipe(port.key(), settingsFor(newPipeName(), kTimeout)).error());
}

TEST(NamedPipeClientSafetyTest, LetsTheServerIdentifyButNotImpersonateAndSharesNothing) {
    DWORD flags = 0;
    DWORD sharing = 99;
    FakeCall<&win32::Calls::createFile> createFile{[&](const wchar_t* name, DWORD access, DWORD share,
                                                       SECURITY_ATTRIBUTES* security, DWORD disposition,
                                                       DWORD attributes, HANDLE pattern) {
        flags = attributes;
        sharing = share;
        return decltype(createFile)::real(name, access, share, security, disposition, attributes, pattern);
    }};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    ASSERT_TRUE(connectNamedPipe(port.key(), settingsFor(server.name())));
    EXPECT_TRUE(flags & SECURITY_SQOS_PRESENT);
    EXPECT_TRUE(flags & FILE_FLAG_OVERLAPPED);
    EXPECT_EQ(DWORD{SECURITY_IDENTIFICATION}, flags & (SECURITY_IDENTIFICATION | SECURITY_DELEGATION));
    EXPECT_EQ(0u, sharing);
}

TEST_F(NamedPipeClientTest, ReadsMessagesWhereItIsAskedTo) {
    const PlainServer server{PipeKind::kMessages};
    Asked asked = settingsFor(server.name());
    asked.readMessages = true;
    const auto client = connectNamedPipe(port_.key(), asked);
    ASSERT_TRUE(client) << client.error();
    server.write("one");
    server.write("two");
    char buffer[16];
    ASSERT_TRUE(port_.read(*client, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(3u, recording_.waitForToken(1).bytes);
}

TEST_F(NamedPipeClientTest, ReadsBytesWhereItIsNot) {
    const PlainServer server{PipeKind::kMessages};
    const auto client = connectNamedPipe(port_.key(), settingsFor(server.name()));
    ASSERT_TRUE(client) << client.error();
    server.write("one");
    server.write("two");
    char buffer[16];
    ASSERT_TRUE(port_.read(*client, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(6u, recording_.waitForToken(1).bytes);
}

TEST_F(NamedPipeClientTest, ReadsMessagesThroughAPipeThatOnlyComesIn) {
    const PlainServer server{PipeKind::kMessages, PIPE_ACCESS_OUTBOUND};
    Asked asked = settingsFor(server.name());
    asked.direction = PipeDirection::kInbound;
    asked.readMessages = true;
    const auto client = connectNamedPipe(port_.key(), asked);
    ASSERT_TRUE(client) << client.error();
    server.write("one");
    server.write("two");
    char buffer[16];
    ASSERT_TRUE(port_.read(*client, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(3u, recording_.waitForToken(1).bytes);
    ASSERT_TRUE(port_.write(*client, 2, "x", 1));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording_.waitForToken(2).status);
}

TEST_F(NamedPipeClientTest, WritesThroughAPipeThatOnlyGoesOut) {
    const PlainServer server{PipeKind::kBytes, PIPE_ACCESS_INBOUND};
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, connectNamedPipe(port_.key(), settingsFor(server.name())).error());
    Asked asked = settingsFor(server.name());
    asked.direction = PipeDirection::kOutbound;
    const auto client = connectNamedPipe(port_.key(), asked);
    ASSERT_TRUE(client) << client.error();
    ASSERT_TRUE(port_.write(*client, 1, "out", 3));
    EXPECT_EQ("out", server.read());
}

TEST(NamedPipeClientFailureTest, CannotReadMessagesFromAPipeOfBytes) {
    HANDLE opened = nullptr;
    std::atomic<int> closes{0};
    FakeCall<&win32::Calls::createFile> createFile{
        [&](auto... arguments) { return opened = decltype(createFile)::real(arguments...); }};
    FakeCall<&win32::Calls::closeHandle> closeHandle{[&](HANDLE handle) {
        closes += handle == opened;
        return decltype(closeHandle)::real(handle);
    }};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    Asked asked = settingsFor(server.name());
    asked.readMessages = true;
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, connectNamedPipe(port.key(), asked).error());
    EXPECT_EQ(1, closes.load()) << "no connection is left behind";
    EXPECT_TRUE(port->snapshot().devices.empty());
    opened = nullptr;
}

TEST_F(NamedPipeClientTest, IsRefusedByAClosedPort) {
    const PlainServer server;
    const Share<CompletionPort> share{port_.key()};
    port_.close();
    EXPECT_EQ(code(EngineError::kPortClosed), connectNamedPipe(port_.key(), settingsFor(server.name())).error());
    EXPECT_EQ(code(EngineError::kPortClosed), connectNamedPipe(4711, settingsFor(server.name())).error());
}

TEST(NamedPipeClientCloseTest, PortThatIsClosedMeanwhileGetsNoConnection) {
    CompletionPort::Key key = 0;
    FakeCall<&win32::Calls::createFile> createFile{[&](auto... arguments) {
        CompletionPort::close(key);
        return decltype(createFile)::real(arguments...);
    }};
    const PlainServer server;
    Recording recording;
    TestPort port{recording};
    key = port.key();
    EXPECT_EQ(code(EngineError::kPortClosed), connectNamedPipe(key, settingsFor(server.name())).error());
    char buffer[4];
    DWORD length = 0;
    EXPECT_FALSE(::ReadFile(server.handle(), buffer, sizeof(buffer), &length, nullptr));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, ::GetLastError()) << "the connection was given up";
}

TEST(NamedPipeClientCloseTest, CloseOfThePortEndsTheWait) {
    const PlainServer server;
    const win32::Handle first = connectTo(server.name());
    Recording recording;
    TestPort port{recording};
    const CompletionPort::Key key = port.key();
    win32::ErrorCode error = 0;
    std::thread waiter{
        [&] { error = connectNamedPipe(key, settingsFor(server.name(), std::chrono::hours{1})).error(); }};
    EXPECT_TRUE(waitFor([&] { return PipeWaits::isBusy(server.name()); }));
    port.end();
    waiter.join();
    EXPECT_EQ(code(EngineError::kPortClosed), error);
}

}  // namespace
}  // namespace iocp4j
