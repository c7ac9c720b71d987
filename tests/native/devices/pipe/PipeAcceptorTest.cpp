// Accepts that are operations of the server, when calls of Win32 fail.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeServers.h"
#include "devices/pipe/PipeAcceptor.h"

namespace iocp4j {
namespace {

using namespace test;

class PipeAcceptorTest : public ::testing::Test {
protected:
    Device::Key open(std::uint32_t listening, bool detached, std::uint32_t maxInstances = PIPE_UNLIMITED_INSTANCES) {
        NamedPipeServerSettings settings = newServer(listening);
        settings.detached = detached;
        settings.maxInstances = maxInstances;
        name_ = settings.name;
        const auto opened = PipeAcceptor::open(*port_, settings);
        EXPECT_EQ(0u, opened.error());
        const Share<Device> share{*opened};
        EXPECT_EQ(0u, static_cast<PipeAcceptor&>(*share).listen());
        return *opened;
    }

    win32::Result<OperationId> accept(Device::Key server, std::uint64_t token) const {
        return port_.submit(server, Opcode::kAccept, token, [](Device& device, Operation& operation) {
            return static_cast<PipeAcceptor&>(device).accept(operation);
        });
    }

    std::atomic<int> connectFailures_{0};
    std::function<void()> beforeFailure_ = [] {};
    std::atomic<int> createFailures_{0};
    FakeCall<&win32::Calls::connectNamedPipe> connect_{[this](auto... arguments) {
        if (connectFailures_-- > 0) {
            beforeFailure_();
            return failing(ERROR_NO_SYSTEM_RESOURCES);
        }
        return decltype(connect_)::real(arguments...);
    }};
    FakeCall<&win32::Calls::createNamedPipe> create_{[this](auto... arguments) -> HANDLE {
        if (createFailures_-- > 0) {
            ::SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return INVALID_HANDLE_VALUE;
        }
        return decltype(create_)::real(arguments...);
    }};
    Recording recording_;
    TestPort port_{recording_};
    std::wstring name_;
};

TEST_F(PipeAcceptorTest, EachCallAcceptsOneClient) {
    const Device::Key server = open(0, false);
    EXPECT_EQ(0u, port_->operations().inFlight());
    for (std::uint64_t token = 1; token <= 3; ++token) {
        ASSERT_TRUE(accept(server, token));
        const win32::Handle client = connectTo(name_);
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(DeviceKind::kPipe, record.kind);
        EXPECT_NE(server, record.key);
        EXPECT_EQ(::GetCurrentProcessId(), record.detail);
        DWORD written = 0;
        ASSERT_TRUE(::WriteFile(client.get(), "hello", 5, &written, nullptr));
        char buffer[8];
        ASSERT_TRUE(port_.read(record.key, token + 100, buffer, sizeof(buffer)));
        EXPECT_EQ(5u, recording_.waitForToken(token + 100).bytes);
        EXPECT_TRUE(closed(record.key));
    }
}

TEST_F(PipeAcceptorTest, FailureIsTheCallersAndIsNotTriedAgain) {
    for (const bool detached : {false, true}) {
        const std::uint64_t base = detached ? 10 : 0;
        const Device::Key server = open(0, detached, 1);
        connectFailures_ = 1;
        ASSERT_TRUE(accept(server, base + 1));
        const CompletionRecord record = recording_.waitForToken(base + 1);
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, record.status);
        EXPECT_EQ(server, record.key);
        EXPECT_EQ(DeviceKind::kPipeServer, record.kind);
        EXPECT_EQ(0u, record.detail);
        // The instance of the failed accept is closed, so that there is room for this one.
        createFailures_ = 1;
        ASSERT_TRUE(accept(server, base + 2));
        EXPECT_EQ(DWORD{ERROR_NOT_ENOUGH_MEMORY}, recording_.waitForToken(base + 2).status);
        ASSERT_TRUE(accept(server, base + 3));
        const win32::Handle client = connectTo(name_);
        const CompletionRecord accepted = recording_.waitForToken(base + 3);
        EXPECT_EQ(0u, accepted.status);
        EXPECT_EQ(detached, isDetached(accepted.kind));
        if (detached) {
            Detached::close(accepted.key);
        }
    }
}

// As when a client comes after a cancel, or after the deadline, before the instance is closed.
TEST_F(PipeAcceptorTest, ClientOfAnAcceptThatHasFailedIsAccepted) {
    for (const bool detached : {false, true}) {
        const std::uint64_t token = detached ? 10 : 1;
        const Device::Key server = open(0, detached, 1);
        win32::Handle client;
        connectFailures_ = 1;
        beforeFailure_ = [&] { client = connectTo(name_); };
        ASSERT_TRUE(accept(server, token));
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(::GetCurrentProcessId(), record.detail);
        EXPECT_EQ(detached, isDetached(record.kind));
        EXPECT_TRUE(::PeekNamedPipe(client.get(), nullptr, 0, nullptr, nullptr, nullptr)) << "its server has gone";
        if (detached) {
            Detached::close(record.key);
        }
        beforeFailure_ = [] {};
    }
}

TEST_F(PipeAcceptorTest, OwnAcceptsGoOnWhenThereIsNoMemoryForOne) {
    const Device::Key server = open(1, false);
    createFailures_ = 3;
    const win32::Handle first = connectTo(name_);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_TRUE(waitFor([&] { return port_->operations().inFlight() == 1; })) << "another accept waits";
    EXPECT_TRUE(closed(server));
}

TEST_F(PipeAcceptorTest, OwnAcceptsAreReplacedAndTheirFailureIsReportedOnce) {
    connectFailures_ = 0;
    const Device::Key server = open(2, true);
    EXPECT_EQ(2u, port_->operations().inFlight());
    connectFailures_ = 5;
    const win32::Handle first = connectTo(name_);
    ASSERT_TRUE(waitForAccepts(recording_, 1));
    EXPECT_TRUE(waitFor([&] { return port_->operations().inFlight() == 2; })) << "it tries again until both wait";
    std::size_t failures = 0;
    for (const CompletionRecord& record : accepts(recording_)) {
        EXPECT_EQ(kServerToken, record.token);
        if (record.status != 0) {
            EXPECT_EQ(server, record.key);
            ++failures;
        } else {
            Detached::close(record.key);
        }
    }
    EXPECT_LE(failures, 1u);
    EXPECT_TRUE(closed(server));
}

TEST_F(PipeAcceptorTest, CloseCompletesEachAcceptAndFreesTheName) {
    for (const bool detached : {false, true}) {
        const std::uint64_t base = detached ? 1'000 : 0;
        const Device::Key server = open(0, detached);
        for (std::uint64_t token = base; token < base + 20; ++token) {
            ASSERT_TRUE(accept(server, token));
        }
        EXPECT_TRUE(closed(server));
        for (std::uint64_t token = base; token < base + 20; ++token) {
            EXPECT_EQ(DWORD{676}, recording_.waitForToken(token).status) << "ERROR_HANDLES_CLOSED";
        }
        EXPECT_FALSE(isServed(name_));
    }
}

}  // namespace
}  // namespace iocp4j
