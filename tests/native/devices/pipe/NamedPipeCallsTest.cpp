// Calls of a pipe besides reading and writing: transactions, peek, flush, information about the peer.

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

// A device at the client's end, a blocking handle at the server's end.
class NamedPipeCallsTest : public ::testing::Test {
protected:
    explicit NamedPipeCallsTest(PipeKind kind = PipeKind::kMessages) : ends_(kind) {
        const auto added = port_->add(std::make_unique<NamedPipe>(*port_, L"pipe", std::move(ends_.client)));
        EXPECT_EQ(0u, added.error());
        device_ = *added;
    }

    auto transact(std::uint64_t token, const std::string& request, std::uint32_t room = 64) {
        return port_.submit(device_, Opcode::kTransact, token, [&](Device& device, Operation& operation) {
            return static_cast<NamedPipe&>(device).transact(operation, request.data(),
                                                            static_cast<std::uint32_t>(request.size()), answer_, room);
        });
    }

    NamedPipe& pipe() const { return static_cast<NamedPipe&>(*Share<Device>{device_}); }

    void put(const std::string& data) {
        OVERLAPPED overlapped{};
        DWORD count = 0;
        EXPECT_TRUE(
            ::WriteFile(ends_.server.get(), data.data(), static_cast<DWORD>(data.size()), nullptr, &overlapped) ||
            ::GetLastError() == ERROR_IO_PENDING);
        EXPECT_TRUE(::GetOverlappedResult(ends_.server.get(), &overlapped, &count, TRUE));
    }

    std::string get() {
        OVERLAPPED overlapped{};
        char buffer[256];
        DWORD count = 0;
        EXPECT_TRUE(::ReadFile(ends_.server.get(), buffer, sizeof(buffer), nullptr, &overlapped) ||
                    ::GetLastError() == ERROR_IO_PENDING);
        EXPECT_TRUE(::GetOverlappedResult(ends_.server.get(), &overlapped, &count, TRUE)) << ::GetLastError();
        return {buffer, count};
    }

    std::string answer(const CompletionRecord& record) const { return {answer_, record.bytes}; }

    char answer_[64] = {};
    Recording recording_;
    TestPort port_{recording_};
    PipeEnds ends_;
    Device::Key device_ = 0;
};

class BytePipeCallsTest : public NamedPipeCallsTest {
protected:
    BytePipeCallsTest() : NamedPipeCallsTest(PipeKind::kBytes) {}
};

// --- Transactions ---------------------------------------------------------------------------------------------------

TEST_F(NamedPipeCallsTest, TransactsAMessageForItsAnswer) {
    ASSERT_TRUE(transact(1, "question"));
    EXPECT_EQ("question", get());
    EXPECT_EQ(0u, recording_.count());
    put("answer");
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kTransact, record.opcode);
    EXPECT_EQ("answer", answer(record));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(NamedPipeCallsTest, KeepsTheRestOfAnAnswerThatDoesNotFit) {
    ASSERT_TRUE(transact(1, "question", 4));
    get();
    put("0123456789");
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, record.status);
    EXPECT_EQ("0123", answer(record));
    char rest[64];
    ASSERT_TRUE(port_.read(device_, 2, rest, sizeof(rest)));
    const CompletionRecord more = recording_.waitForToken(2);
    EXPECT_EQ(0u, more.status);
    EXPECT_EQ("456789", std::string(rest, more.bytes));
}

TEST_F(NamedPipeCallsTest, DoesNotTransactOverAnUnreadMessage) {
    put("unread");
    ASSERT_TRUE(transact(1, "question"));
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, recording_.waitForToken(1).status);
    char buffer[64];
    ASSERT_TRUE(port_.read(device_, 2, buffer, sizeof(buffer)));
    EXPECT_EQ(6u, recording_.waitForToken(2).bytes);
}

TEST_F(BytePipeCallsTest, DoesNotTransactWithoutMessages) {
    ASSERT_TRUE(transact(1, "question"));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_NE(0u, record.status);
    EXPECT_EQ(Opcode::kTransact, record.opcode);
}

TEST_F(NamedPipeCallsTest, CancelsATransaction) {
    const auto id = transact(1, "question");
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(device_, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
}

TEST_F(NamedPipeCallsTest, EndsATransactionWithItsDevice) {
    ASSERT_TRUE(transact(1, "question"));
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_FALSE(transact(2, "question"));
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(NamedPipeCallsTest, EndsATransactionWithItsPeer) {
    ASSERT_TRUE(transact(1, "question"));
    ends_.server.reset();
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(1).status);
}

// --- Peek -----------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeCallsTest, LooksAtMessages) {
    ASSERT_TRUE(pipe().peek());
    EXPECT_EQ(0u, pipe().peek()->bytes);
    EXPECT_EQ(0u, pipe().peek()->leftInMessage);
    put("0123456789");
    EXPECT_EQ(10u, pipe().peek()->bytes);
    put("next");
    char buffer[4];
    ASSERT_TRUE(port_.read(device_, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, recording_.waitForToken(1).status);
    EXPECT_EQ(6u, pipe().peek()->leftInMessage);
}

TEST_F(NamedPipeCallsTest, LooksAtAPipeWhosePeerHasGone) {
    put("testament");
    ends_.server.reset();
    EXPECT_EQ(9u, pipe().peek()->bytes);
    char buffer[64];
    ASSERT_TRUE(port_.read(device_, 1, buffer, sizeof(buffer)));
    EXPECT_EQ(9u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, pipe().peek().error());
}

TEST_F(NamedPipeCallsTest, KnowsWhetherItKeepsMessages) {
    EXPECT_TRUE(pipe().keepsMessages());
    // With either read mode.
    DWORD mode = PIPE_READMODE_BYTE;
    EXPECT_TRUE(::SetNamedPipeHandleState(pipe().handle(), &mode, nullptr, nullptr));
    EXPECT_TRUE(pipe().keepsMessages());
}

TEST_F(BytePipeCallsTest, KnowsThatItKeepsNoMessages) { EXPECT_FALSE(pipe().keepsMessages()); }

TEST_F(NamedPipeCallsTest, KnowsItsPeersSession) {
    DWORD own = 0;
    ASSERT_TRUE(::ProcessIdToSessionId(::GetCurrentProcessId(), &own));
    const auto serverSession = pipe().peerSession();
    ASSERT_TRUE(serverSession) << serverSession.error();
    EXPECT_EQ(own, *serverSession);
    const auto server = port_->add(std::make_unique<NamedPipe>(*port_, L"server", std::move(ends_.server)));
    const auto clientSession = static_cast<NamedPipe&>(*Share<Device>{*server}).peerSession();
    ASSERT_TRUE(clientSession) << clientSession.error();
    EXPECT_EQ(own, *clientSession);
}

// --- Flushing -------------------------------------------------------------------------------------------------------

TEST_F(NamedPipeCallsTest, FlushesUntilThePeerHasRead) {
    ASSERT_TRUE(port_.write(device_, 1, "data", 4));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    std::atomic<bool> read{false};
    std::thread peer{[&] {
        ::Sleep(50);
        read = true;
        EXPECT_EQ("data", get());
    }};
    EXPECT_EQ(0u, pipe().flush());
    EXPECT_TRUE(read);
    peer.join();
}

// The result differs between systems.
TEST_F(NamedPipeCallsTest, FlushDoesNotWaitForAPeerThatHasGone) {
    ASSERT_TRUE(port_.write(device_, 1, "data", 4));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    ends_.server.reset();
    (void)pipe().flush();
}

TEST_F(NamedPipeCallsTest, CloseEndsAFlush) {
    ASSERT_TRUE(port_.write(device_, 1, "data", 4));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    std::atomic<bool> flushing{false};
    std::thread flusher{[&] {
        const Share<Device> share{device_};
        flushing = true;
        EXPECT_NE(0u, static_cast<NamedPipe&>(*share).flush()) << "the peer has not read it";
    }};
    EXPECT_TRUE(waitFor([&] { return flushing.load(); }));
    EXPECT_TRUE(closed(device_));
    ends_.server.reset();  // ends a flush that the close has not ended
    flusher.join();
}

// --- Through the table of calls -------------------------------------------------------------------------------------

TEST(NamedPipeFakeCallsTest, CloseEndsAFlushThatReachesTheKernelAfterItsCancel) {
    std::atomic<bool> flushing{false};
    std::atomic<bool> cancelled{false};
    const FakeCall<&win32::Calls::cancelIoEx> cancel{[&](HANDLE pipe, OVERLAPPED* operation) {
        const BOOL found = FakeCall<&win32::Calls::cancelIoEx>::real(pipe, operation);
        cancelled = true;
        return found;
    }};
    const FakeCall<&win32::Calls::flushFileBuffers> flush{[&](HANDLE pipe) {
        flushing = true;
        EXPECT_TRUE(waitFor([&] { return cancelled.load(); }));
        return FakeCall<&win32::Calls::flushFileBuffers>::real(pipe);
    }};
    Recording recording;
    TestPort port{recording};
    PipeEnds ends;
    const auto device = port->add(std::make_unique<NamedPipe>(*port, L"pipe", std::move(ends.client)));
    ASSERT_TRUE(port.write(*device, 1, "data", 4));
    EXPECT_EQ(0u, recording.waitForToken(1).status);
    std::thread flusher{[&] {
        const Share<Device> share{*device};
        EXPECT_NE(0u, static_cast<NamedPipe&>(*share).flush()) << "the peer has not read it";
    }};
    EXPECT_TRUE(waitFor([&] { return flushing.load(); }));
    EXPECT_TRUE(closed(*device));
    ends.server.reset();  // ends a flush that the close has not ended
    flusher.join();
}

TEST(NamedPipeFakeCallsTest, PassesOnWhatWindowsSays) {
    const FakeCall<&win32::Calls::transactNamedPipe> transact{
        [](HANDLE, void*, DWORD, void*, DWORD, DWORD*, OVERLAPPED*) { return failing(ERROR_BAD_PIPE); }};
    const FakeCall<&win32::Calls::peekNamedPipe> peek{
        [](HANDLE, void*, DWORD, DWORD*, DWORD*, DWORD*) { return failing(ERROR_BAD_PIPE); }};
    const FakeCall<&win32::Calls::flushFileBuffers> flush{[](HANDLE) { return failing(ERROR_BROKEN_PIPE); }};
    Recording recording;
    TestPort port{recording};
    PipeEnds ends;
    const auto device = port->add(std::make_unique<NamedPipe>(*port, L"pipe", std::move(ends.client)));
    ASSERT_TRUE(port.submit(*device, Opcode::kTransact, 1, [](Device& target, Operation& operation) {
        return static_cast<NamedPipe&>(target).transact(operation, "", 0, nullptr, 0);
    }));
    EXPECT_EQ(DWORD{ERROR_BAD_PIPE}, recording.waitForToken(1).status);
    const Share<Device> share{*device};
    EXPECT_EQ(DWORD{ERROR_BAD_PIPE}, static_cast<NamedPipe&>(*share).peek().error());
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, static_cast<NamedPipe&>(*share).flush());
}

}  // namespace
}  // namespace iocp4j
