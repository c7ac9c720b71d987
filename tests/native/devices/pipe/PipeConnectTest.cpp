#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "../../fixtures/Census.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "devices/pipe/NamedPipeClient.h"
#include "engine/operation/Operation.h"

namespace iocp4j {
namespace {

using namespace test;

// Instances of one pipe, served without the tested code.
class Instances {
public:
    explicit Instances(DWORD access = PIPE_ACCESS_DUPLEX) : access_(access) {}

    const std::wstring& name() const noexcept { return name_; }

    // Adds a free instance.
    void add() {
        handles_.emplace_back(
            ::CreateNamedPipeW(name_.c_str(), access_, 0, PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0, nullptr));
        EXPECT_TRUE(handles_.back());
    }

    // Makes the pipe exist without a free instance.
    void addBusy() {
        add();
        const DWORD client = access_ == PIPE_ACCESS_INBOUND ? GENERIC_WRITE : GENERIC_READ | GENERIC_WRITE;
        clients_.emplace_back(::CreateFileW(name_.c_str(), client, 0, nullptr, OPEN_EXISTING, 0, nullptr));
        EXPECT_TRUE(clients_.back());
    }

    HANDLE last() const noexcept { return handles_.back().get(); }

private:
    const std::wstring name_ = newPipeName();
    const DWORD access_;
    std::vector<win32::Handle> handles_;
    std::vector<win32::Handle> clients_;
};

NamedPipeClientSettings to(const std::wstring& name) {
    NamedPipeClientSettings settings;
    settings.name = name;
    return settings;
}

struct Connect {
    Device::Key device;
    OperationId operation;
};

Connect start(const TestPort& port, std::uint64_t token, const NamedPipeClientSettings& settings,
              Operations::Timeout timeout = Operations::kForEver) {
    const auto client = NamedPipeClient::open(*port, settings);
    EXPECT_EQ(0u, client.error());
    Share<Device> share{*client};
    auto& target = static_cast<NamedPipeClient&>(*share);
    const auto id = port->operations().submit(std::move(share), Opcode::kConnect, token, Pins{}, timeout,
                                              [&](Operation& operation) { return target.connect(operation); });
    EXPECT_EQ(0u, id.error());
    return {*client, *id};
}

bool waits(const Instances& pipe) {
    return waitFor([&] { return PipeWaits::isBusy(pipe.name()); });
}

class PipeConnectTest : public ::testing::Test {
protected:
    Connect start(std::uint64_t token, const NamedPipeClientSettings& settings,
                  Operations::Timeout timeout = Operations::kForEver) const {
        return iocp4j::start(port_, token, settings, timeout);
    }

    Recording recording_;
    TestPort port_{recording_, portSettings(2, 2'048)};
    Instances pipe_;
};

TEST_F(PipeConnectTest, CompletesWhenAnInstanceIsFree) {
    pipe_.add();
    const Connect connect = start(1, to(pipe_.name()));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kConnect, record.opcode);
    EXPECT_EQ(DeviceKind::kPipe, record.kind);
    EXPECT_EQ(connect.device, record.key);
    EXPECT_EQ(::GetCurrentProcessId(), record.detail) << "the server's process";
    ASSERT_TRUE(port_.write(connect.device, 2, "hello", 5));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    char buffer[16];
    DWORD length = 0;
    EXPECT_TRUE(::ReadFile(pipe_.last(), buffer, sizeof(buffer), &length, nullptr));
    EXPECT_EQ("hello", std::string(buffer, length));
}

TEST_F(PipeConnectTest, OtherOperationsFailBeforeTheConnection) {
    pipe_.addBusy();
    const Connect connect = start(1, to(pipe_.name()));
    char buffer[4];
    ASSERT_TRUE(port_.read(connect.device, 2, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, recording_.waitForToken(2).status);
    ASSERT_TRUE(port_.write(connect.device, 3, buffer, sizeof(buffer)));
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, recording_.waitForToken(3).status);
    ASSERT_TRUE(port_.submit(connect.device, Opcode::kControl, 4, [](Device& device, Operation& operation) {
        return device.control(operation, 0, nullptr, 0, nullptr, 0);
    }));
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, recording_.waitForToken(4).status);
    const Share<Device> share{connect.device};
    auto& client = static_cast<NamedPipeClient&>(*share);
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, client.peek().error());
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, client.flush());
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, client.peerSession().error());
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, client.completeInline());
    EXPECT_EQ(code(EngineError::kWrongDevice), client.disconnect());
    EXPECT_FALSE(client.keepsMessages());
    EXPECT_EQ(0u, serverProcessId(client));
    EXPECT_TRUE(recording_.recordsOf(1).empty());
}

TEST_F(PipeConnectTest, FailsAtOnceIfItMayNotWait) {
    NamedPipeClientSettings asked = to(pipe_.name());
    start(1, asked);
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, recording_.waitForToken(1).status) << "even if it might wait when busy";
    pipe_.addBusy();
    asked.wait = false;
    asked.waitForServer = true;
    start(2, asked);
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, recording_.waitForToken(2).status);
    asked.name = newPipeName();
    start(3, asked);
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, recording_.waitForToken(3).status);
}

TEST_F(PipeConnectTest, WaitsForAnInstance) {
    pipe_.addBusy();
    start(1, to(pipe_.name()));
    EXPECT_TRUE(waits(pipe_));
    EXPECT_TRUE(recording_.recordsOf(1).empty());
    pipe_.add();
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(PipeConnectTest, WaitsForTheServer) {
    NamedPipeClientSettings asked = to(pipe_.name());
    asked.waitForServer = true;
    start(1, asked);
    pipe_.add();
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(PipeConnectTest, TellsBusyFromMissingAtTheDeadline) {
    NamedPipeClientSettings asked = to(pipe_.name());
    asked.waitForServer = true;
    start(1, asked, Operations::Timeout{20});
    CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, record.status);
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, record.detail);
    pipe_.addBusy();
    start(2, asked, Operations::Timeout{20});
    record = recording_.waitForToken(2);
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, record.status);
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, record.detail);
}

TEST_F(PipeConnectTest, CanBeCancelled) {
    pipe_.addBusy();
    const Connect connect = start(1, to(pipe_.name()));
    EXPECT_TRUE(port_.cancel(connect.device, connect.operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    EXPECT_FALSE(port_.cancel(connect.device, connect.operation));
    pipe_.add();
    EXPECT_TRUE(connectTo(pipe_.name())) << "the instance is still free";
    EXPECT_EQ(1u, recording_.recordsOf(1).size());
}

TEST_F(PipeConnectTest, CloseOfTheDeviceEndsIt) {
    pipe_.addBusy();
    const Connect connect = start(1, to(pipe_.name()));
    EXPECT_TRUE(closed(connect.device));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

TEST_F(PipeConnectTest, CloseOfThePortEndsIt) {
    pipe_.addBusy();
    NamedPipeClientSettings missing = to(newPipeName());
    missing.waitForServer = true;
    start(1, to(pipe_.name()));
    start(2, missing);
    port_.end();
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
}

TEST_F(PipeConnectTest, RefusalIsNoReasonToWait) {
    Instances inbound{PIPE_ACCESS_INBOUND};
    inbound.add();
    NamedPipeClientSettings asked = to(inbound.name());
    asked.waitForServer = true;
    start(1, asked);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording_.waitForToken(1).status);
    asked.name = L"\\\\.\\pipe\\";
    start(2, asked);
    EXPECT_EQ(DWORD{ERROR_INVALID_NAME}, recording_.waitForToken(2).status);
}

TEST_F(PipeConnectTest, RefusalEndsAWait) {
    Instances inbound{PIPE_ACCESS_INBOUND};
    NamedPipeClientSettings asked = to(inbound.name());
    asked.waitForServer = true;
    start(1, asked);
    asked.direction = PipeDirection::kOutbound;
    start(2, asked);
    inbound.add();
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(2).status) << "the next one has its turn";
}

TEST_F(PipeConnectTest, WaitersAreServedInOrder) {
    constexpr std::uint64_t kWaiters = 6;
    pipe_.addBusy();
    for (std::uint64_t token = 1; token <= kWaiters; ++token) {
        start(token, to(pipe_.name()));
    }
    const Connect impatient = start(99, to(pipe_.name()));
    EXPECT_TRUE(port_.cancel(impatient.device, impatient.operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(99).status);
    for (std::uint64_t token = 1; token <= kWaiters; ++token) {
        pipe_.add();
        EXPECT_EQ(0u, recording_.waitForToken(token).status);
        EXPECT_EQ(token + 1, recording_.count()) << "only this one is connected";
    }
}

TEST_F(PipeConnectTest, ConnectsOnce) {
    pipe_.addBusy();
    const Connect connect = start(1, to(pipe_.name()));
    ASSERT_TRUE(port_.submit(connect.device, Opcode::kConnect, 2, [](Device& device, Operation& operation) {
        return static_cast<NamedPipeClient&>(device).connect(operation);
    }));
    EXPECT_EQ(DWORD{ERROR_PIPE_CONNECTED}, recording_.waitForToken(2).status);
    pipe_.add();
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(PipeConnectTest, IsRefusedAtTheCeiling) {
    Recording recording;
    TestPort port{recording, portSettings(1, 1)};
    pipe_.addBusy();
    iocp4j::start(port, 1, to(pipe_.name()));
    const auto client = NamedPipeClient::open(*port, to(pipe_.name()));
    ASSERT_TRUE(client);
    const auto refused = port.submit(*client, Opcode::kConnect, 2, [](Device& device, Operation& operation) {
        return static_cast<NamedPipeClient&>(device).connect(operation);
    });
    EXPECT_EQ(code(EngineError::kOperationLimit), refused.error());
}

// No thread and no handle for each wait.
TEST_F(PipeConnectTest, ThousandWaitsNeedNoThreads) {
    constexpr std::uint64_t kWaits = 1'000;
    pipe_.addBusy();
    const auto first = start(1, to(pipe_.name()));
    EXPECT_TRUE(waits(pipe_));
    const unsigned threads = threadCount();
    const unsigned handles = handleCount();
    std::vector<Connect> all{first};
    for (std::uint64_t token = 2; token <= kWaits; ++token) {
        all.push_back(start(token, to(pipe_.name())));
    }
    EXPECT_GT(threads + 10, threadCount());
    EXPECT_GT(handles + 10, handleCount());
    EXPECT_EQ(0u, recording_.count());
    for (const Connect& connect : all) {
        EXPECT_TRUE(port_.cancel(connect.device, connect.operation));
    }
    EXPECT_TRUE(recording_.waitForCount(kWaits));
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
    }
    EXPECT_TRUE(port_.waitUntilIdle());
    EXPECT_EQ(kWaits, recording_.count());
}

TEST_F(PipeConnectTest, ConnectsAThousandInTurn) {
    constexpr std::uint64_t kWaits = 1'000;
    pipe_.addBusy();
    for (std::uint64_t token = 1; token <= kWaits; ++token) {
        start(token, to(pipe_.name()));
    }
    for (std::uint64_t token = 1; token <= kWaits; ++token) {
        pipe_.add();
    }
    EXPECT_TRUE(recording_.waitForCount(kWaits));
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(0u, record.status);
    }
}

TEST(PipeConnectLeakTest, LeavesNothingBehind) {
    const bool clean = leavesNothing([](unsigned) {
        Recording recording;
        TestPort port{recording};
        Instances pipe;
        pipe.addBusy();
        const Connect cancelled = start(port, 1, to(pipe.name()));
        start(port, 2, to(pipe.name()));
        EXPECT_TRUE(port.cancel(cancelled.device, cancelled.operation));
        pipe.add();
        EXPECT_EQ(0u, recording.waitForToken(2).status);
        NamedPipeClientSettings missing = to(newPipeName());
        missing.waitForServer = true;
        start(port, 3, missing);
        port.end();
    });
    EXPECT_TRUE(clean) << threadCount() << " threads and " << handleCount() << " handles";
}

// Stops the attempts of the thread pool inside CreateFile. The caller's own attempt finds the pipe busy.
class SlowAttempt {
public:
    explicit SlowAttempt(const Instances& pipe) : name_(pipe.name()) {}

    bool waitUntilTrying() const { return turnstile_.waitForWaiting(1); }
    void finish() noexcept { turnstile_.open(); }

private:
    const std::wstring name_;
    Turnstile turnstile_;
    std::atomic<int> attempts_{0};
    FakeCall<&win32::Calls::createFile> createFile_{[this](const wchar_t* name, auto... arguments) -> HANDLE {
        if (name == name_ && ++attempts_ > 1) {
            turnstile_.pass();
        }
        return decltype(createFile_)::real(name, arguments...);
    }};
};

TEST(PipeConnectRaceTest, CancelDuringAnAttemptThatFindsThePipeBusy) {
    Instances pipe;
    pipe.addBusy();
    SlowAttempt slow{pipe};
    Recording recording;
    TestPort port{recording};
    const Connect connect = start(port, 1, to(pipe.name()));
    EXPECT_TRUE(slow.waitUntilTrying());
    EXPECT_TRUE(port.cancel(connect.device, connect.operation));
    EXPECT_TRUE(recording.recordsOf(1).empty());
    slow.finish();
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(1).status);
}

TEST(PipeConnectRaceTest, CancelDuringAnAttemptThatConnectsIsTooLate) {
    Instances pipe;
    pipe.addBusy();
    SlowAttempt slow{pipe};
    Recording recording;
    TestPort port{recording};
    const Connect connect = start(port, 1, to(pipe.name()));
    EXPECT_TRUE(slow.waitUntilTrying());
    pipe.add();
    EXPECT_TRUE(port.cancel(connect.device, connect.operation));
    slow.finish();
    EXPECT_EQ(0u, recording.waitForToken(1).status);
    ASSERT_TRUE(port.write(connect.device, 2, "x", 1));
    EXPECT_EQ(0u, recording.waitForToken(2).status);
}

TEST(PipeConnectRaceTest, CloseDuringAnAttemptThatConnectsEndsTheConnection) {
    Instances pipe;
    pipe.addBusy();
    SlowAttempt slow{pipe};
    Recording recording;
    TestPort port{recording};
    const Connect connect = start(port, 1, to(pipe.name()));
    EXPECT_TRUE(slow.waitUntilTrying());
    pipe.add();
    Device::close(connect.device);
    slow.finish();
    EXPECT_EQ(kHandlesClosed, recording.waitForToken(1).status);
    EXPECT_TRUE(Device::awaitClosed(connect.device, deadline()));
    char buffer[4];
    DWORD length = 0;
    EXPECT_FALSE(::ReadFile(pipe.last(), buffer, sizeof(buffer), &length, nullptr));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, ::GetLastError());
}

// Many threads connect, cancel and close at once; each connect completes once.
TEST(PipeConnectRaceTest, EachConnectCompletesOnce) {
    constexpr unsigned kThreads = 4;
    constexpr unsigned kRounds = 60;
    Instances pipe;
    pipe.addBusy();
    std::atomic<unsigned> accepted{0};
    Recording recording;
    {
        TestPort port{recording, portSettings(3, 1'024)};
        std::vector<std::thread> threads;
        for (unsigned thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([&, thread] {
                for (unsigned round = 0; round < kRounds; ++round) {
                    const auto timeout = round % 3 == 0 ? Operations::Timeout{1 + round % 30} : Operations::kForEver;
                    const Connect connect = start(port, thread * 1'000 + round, to(pipe.name()), timeout);
                    ++accepted;
                    switch (round % 5) {
                        case 0:
                            (void)port.cancel(connect.device, connect.operation);
                            break;
                        case 1:
                            Device::close(connect.device);
                            break;
                        default:
                            break;
                    }
                }
            });
        }
        for (unsigned instance = 0; instance < kRounds; ++instance) {
            pipe.add();
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    EXPECT_EQ(accepted.load(), recording.count());
    for (unsigned token = 0; token < kThreads * 1'000; token += 1'000) {
        for (unsigned round = 0; round < kRounds; ++round) {
            EXPECT_EQ(1u, recording.recordsOf(token + round).size());
        }
    }
}

}  // namespace
}  // namespace iocp4j
