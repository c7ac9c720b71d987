#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/Simulation.h"
#include "engine/lifetime/NoWaitScope.h"

namespace iocp4j {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class CloseTest : public ::testing::Test {
protected:
    ~CloseTest() override { EXPECT_EQ(0, kernel_.violations.load()) << "a handle was misused"; }

    static steady_clock::time_point soon() { return steady_clock::now() + milliseconds{20}; }

    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(CloseTest, ListenerClosesItsDeviceWithoutWaitingForItself) {
    std::atomic<int> waited{0};
    Device::Key device = 0;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == 1) {
            Device::close(device);
            waited += Device::awaitClosed(device, NoWaitScope::deadlineIn(hours{1}));
            Device::close(device);
        }
    };
    TestPort port{recording_};
    device = pipe(port, kernel_);
    Request first;
    Request second;
    ASSERT_TRUE(read(device, 1, first));
    ASSERT_TRUE(read(device, 2, second));
    ASSERT_TRUE(kernel_.complete(first));
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(0, waited.load()) << "it cannot end before the listener returns";
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
}

TEST_F(CloseTest, ListenerClosesItsPortWithoutWaitingForItself) {
    std::atomic<int> waited{0};
    CompletionPort::Key key = 0;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == 1) {
            CompletionPort::close(key);
            waited += CompletionPort::awaitClosed(key, NoWaitScope::deadlineIn(hours{1}));
        }
    };
    TestPort port{recording_};
    key = port.key();
    const Device::Key device = pipe(port, kernel_);
    Request first;
    Request second;
    ASSERT_TRUE(read(device, 2, second, hours{1}));
    ASSERT_TRUE(read(device, 1, first));
    ASSERT_TRUE(kernel_.complete(first));
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
    EXPECT_EQ(0, waited.load());
    EXPECT_EQ(2u, recording_.count());
}

// CancelIoEx is a system call, and most files and connections close when nothing is in flight.
TEST_F(CloseTest, IdleDeviceClosesWithoutACancel) {
    TestPort port{recording_};
    const Device::Key idle = pipe(port, kernel_);
    const Device::Key used = pipe(port, kernel_);
    Request over;
    ASSERT_TRUE(read(idle, 1, over));
    ASSERT_TRUE(kernel_.complete(over));
    ASSERT_TRUE(waitFor([&] { return port->operations().inFlight() == 0; }));
    ASSERT_TRUE(waitFor([&] { return port->snapshot().devices[0].inFlight == 0; })) << "the listener has returned";
    EXPECT_TRUE(closed(idle));
    EXPECT_EQ(0u, kernel_.counters.cancels);

    Request pending;
    ASSERT_TRUE(read(used, 2, pending));
    EXPECT_TRUE(closed(used));
    EXPECT_EQ(1u, kernel_.counters.cancels);
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(2).status);
}

TEST_F(CloseTest, DeviceIsNotifiedOnceThatItCloses) {
    class Counting final : public NamedPipe {
    public:
        Counting(CompletionPort& port, win32::Handle handle, std::atomic<int>& to)
            : NamedPipe(port, L"counting", std::move(handle)), to_(to) {}
        void onClosing() noexcept override {
            ++to_;
            NamedPipe::onClosing();
        }

    private:
        std::atomic<int>& to_;
    };
    std::atomic<int> calls{0};
    TestPort port{recording_};
    const auto device = port->add(std::make_unique<Counting>(*port, kernel_.openFile(), calls));
    ASSERT_TRUE(device);
    // This share keeps the device, so that it can be closed again.
    const Share<Device> inside{*device};
    concurrently(2, [&](unsigned) { Device::close(*device); });
    Device::close(*device);
    port.close();
    EXPECT_EQ(1, calls.load());
}

TEST_F(CloseTest, CodeAtTheEndOfADeviceFindsNoDeviceAndDoesNotWait) {
    int calls = 0;
    recording_.onDeviceClosed = [&](std::uint64_t key) {
        ++calls;
        EXPECT_FALSE(Device::table().exists(key));
        EXPECT_FALSE(Device::awaitClosed(key, steady_clock::now())) << "the end includes this call";
        EXPECT_LT(NoWaitScope::deadlineIn(hours{2}), steady_clock::now() + hours{1});
    };
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    EXPECT_TRUE(Device::table().exists(device));
    // On this thread, which is not a worker.
    Device::close(device);
    EXPECT_EQ(1, calls);
    EXPECT_TRUE(Device::awaitClosed(device, steady_clock::now()));
}

TEST_F(CloseTest, ThreadThatEndsThePortDoesNotWait) {
    std::thread::id endingThread;
    recording_.onEnded = [&] {
        endingThread = std::this_thread::get_id();
        EXPECT_LT(NoWaitScope::deadlineIn(hours{2}), steady_clock::now() + hours{1});
    };
    TestPort port{recording_};
    {
        const Share<CompletionPort> last{port.key()};
        port.close();
        EXPECT_FALSE(CompletionPort::isOpen(port.key()));
        ASSERT_TRUE(waitFor([&] { return CompletionPort::table().closed(port.key()); })) << "all workers have left";
        EXPECT_FALSE(recording_.ended);
    }
    EXPECT_EQ(std::this_thread::get_id(), endingThread);
    EXPECT_TRUE(CompletionPort::awaitClosed(port.key(), steady_clock::now()));
}

TEST_F(CloseTest, PortThatIsClosedWhileADeviceIsAddedRefusesAndEndsIt) {
    TestPort port{recording_};
    const FakeCall<&win32::Calls::createIoCompletionPort> closes{[&](HANDLE, HANDLE existing, ULONG_PTR, DWORD) {
        port.close();
        return existing;
    }};
    EXPECT_EQ(code(EngineError::kPortClosed), addPipe(*port, kernel_).error());
    port.end();
    EXPECT_EQ(1u, recording_.closedDevices().size());
}

TEST_F(CloseTest, DeviceForWhichThereIsNoKeyKeepsNoPortOpen) {
    TestPort port{recording_};
    std::vector<Device::Key> taken;
    Device::Key key = 0;
    while (Device::table().open(nullptr, key)) {
        taken.push_back(key);
    }
    EXPECT_EQ(code(EngineError::kDeviceLimit), addPipe(*port, kernel_).error());
    for (const Device::Key each : taken) {
        EXPECT_EQ(Gate::Closing::kEmpty, Device::table().close(each));
        Device::table().dispose(each);
    }
    EXPECT_TRUE(pipe(port, kernel_)) << "below the limit again";
    port.end();
    EXPECT_EQ(1u, recording_.closedDevices().size());
}

TEST_F(CloseTest, PortWakesItsWorkerToLeave) {
    TestPort port{recording_, portSettings(1)};
    const std::uint64_t before = kernel_.counters.packets;
    port.end();
    EXPECT_EQ(before + 1, kernel_.counters.packets);
}

TEST_F(CloseTest, ManyThreadsCloseOneDevice) {
    TestPort port{recording_, portSettings(3)};
    for (int round = 0; round < 200; ++round) {
        const Device::Key device = pipe(port, kernel_);
        Request requests[4];
        for (std::uint64_t token = 0; token < 4; ++token) {
            ASSERT_TRUE(read(device, token, requests[token]));
        }
        concurrently(4, [&](unsigned thread) {
            if (thread == 0) {
                (void)kernel_.complete(requests[1]);
            }
            EXPECT_TRUE(closed(device));
            EXPECT_EQ(code(EngineError::kDeviceClosed), read(device, 9, requests[0]).error());
        });
    }
    EXPECT_EQ(800u, recording_.count());
    EXPECT_EQ(200u, recording_.closedDevices().size());
    EXPECT_EQ(0u, port->snapshot().unbalancedDevices);
}

TEST_F(CloseTest, ClosedKeyIdentifiesNoOtherDevice) {
    TestPort port{recording_};
    const Device::Key first = pipe(port, kernel_);
    EXPECT_TRUE(closed(first));
    const Device::Key second = pipe(port, kernel_);
    EXPECT_EQ(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second)) << "the same slot in the table";
    EXPECT_TRUE(closed(first)) << "returns at once, because it has ended";
    Request request;
    EXPECT_TRUE(read(second, 1, request));
    EXPECT_TRUE(closed(second));
}

// A server as the engine sees it. Its new connection is a device that the listener does not know yet.
class CloseOfAConnectionTest : public CloseTest {
protected:
    class Server final : public NamedPipe {
    public:
        Server(CompletionPort& port, win32::Handle handle, Device::Key connection, bool ends)
            : NamedPipe(port, L"server", std::move(handle)), connection_(connection), ends_(ends) {}
        bool onCompleted(CompletionRecord& record) noexcept override {
            record.key = connection_;
            if (ends_) {
                Device::close(connection_);
            }
            return true;
        }

    private:
        const Device::Key connection_;
        const bool ends_;
    };

    void accept(TestPort& port, Device::Key connection, bool ends) {
        const auto server = port->add(std::make_unique<Server>(*port, kernel_.openFile(), connection, ends));
        ASSERT_TRUE(server);
        request_.answer = Request::Answer::kSucceeds;
        ASSERT_TRUE(port.submit(*server, Opcode::kAccept, 1, [&](Device& target, Operation& operation) {
            return target.read(operation, &request_, sizeof(request_));
        }));
    }

    Request request_;
};

TEST_F(CloseOfAConnectionTest, EndedConnectionIsNotDelivered) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording_, portSettings(1)};
    ASSERT_TRUE(port->post(0, 0, 2));
    ASSERT_TRUE(turnstile.waitForWaiting(1)) << "the only worker is busy";
    accept(port, pipe(port, kernel_), true);
    ASSERT_TRUE(port->post(0, 0, 3));
    turnstile.open();
    EXPECT_EQ(0u, recording_.waitForToken(3).status);
    ASSERT_TRUE(waitFor([&] { return port->snapshot().completed == 1; }));
    EXPECT_TRUE(recording_.recordsOf(1).empty());
    EXPECT_EQ(2u, port->snapshot().completions) << "both were delivered";
}

TEST_F(CloseOfAConnectionTest, ListenerFindsTheConnection) {
    bool exists = false;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        Device::close(records.front().key);
        exists = Device::table().exists(records.front().key);
    };
    TestPort port{recording_};
    const Device::Key connection = pipe(port, kernel_);
    accept(port, connection, false);
    ASSERT_TRUE(waitFor([&] { return port->snapshot().completed == 1; }));
    EXPECT_TRUE(exists) << "until the listener has returned";
    EXPECT_TRUE(Device::awaitClosed(connection, deadline()));
}

// The starting thread finds the device closed when the call returns, and cancels what close() has missed.
TEST_F(CloseTest, OperationThatIsBeingStartedIsCancelledAsWell) {
    Turnstile turnstile;
    TestPort port{recording_};
    const Device::Key device = HeldUpPipe::add(port, kernel_, turnstile);
    Request request;
    request.cancel = Request::Cancel::kIgnores;
    concurrently(2, [&](unsigned thread) {
        if (thread == 0) {
            EXPECT_TRUE(read(device, 1, request));
        } else {
            EXPECT_TRUE(turnstile.waitForWaiting(1));
            Device::close(device);
            EXPECT_FALSE(Device::awaitClosed(device, soon()));
            EXPECT_EQ(1u, kernel_.counters.cancelsIgnored);
            request.cancel = Request::Cancel::kObeys;
            turnstile.open();
        }
    });
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

TEST_F(CloseTest, DeviceDoesNotEndBeforeItsListenerHasReturned) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording_};
    const Device::Key device = pipe(port, kernel_);
    Request request;
    ASSERT_TRUE(read(device, 1, request));
    ASSERT_TRUE(kernel_.complete(request));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    Device::close(device);
    EXPECT_FALSE(Device::awaitClosed(device, soon()));
    EXPECT_TRUE(recording_.closedDevices().empty());
    EXPECT_EQ(0u, kernel_.counters.filesClosed);
    turnstile.open();
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(1u, kernel_.counters.filesClosed);
}

TEST_F(CloseTest, PortClosesWhileOneListenerBlocks) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == 1) {
            turnstile.pass();
        }
    };
    TestPort port{recording_};
    const Device::Key busy = pipe(port, kernel_);
    const Device::Key idle = pipe(port, kernel_);
    Request first;
    Request second;
    ASSERT_TRUE(read(busy, 1, first));
    ASSERT_TRUE(read(idle, 2, second));
    ASSERT_TRUE(kernel_.complete(first));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    port.close();
    EXPECT_TRUE(Device::awaitClosed(idle, deadline())) << "nothing delays it";
    EXPECT_FALSE(CompletionPort::awaitClosed(port.key(), soon()));
    turnstile.open();
    port.end();
}

TEST_F(CloseTest, SubmissionsFromManyThreadsAreAcceptedOrRefused) {
    constexpr int kRounds = 100;
    TestPort port{recording_, portSettings(3, 4'096)};
    std::atomic<std::uint64_t> accepted{0};
    for (int round = 0; round < kRounds; ++round) {
        const Device::Key device = pipe(port, kernel_);
        std::unique_ptr<Request[]> requests{new Request[300]};
        std::atomic<bool> ended{false};
        concurrently(4, [&](unsigned thread) {
            if (thread == 3) {
                EXPECT_TRUE(closed(device));
                ended = true;
                return;
            }
            for (unsigned i = 0; i < 100; ++i) {
                Request& request = requests[thread * 100 + i];
                request.answer = static_cast<Request::Answer>(i % 5);
                const bool wasEnded = ended;
                const auto id = read(device, 1, request, i % 7 == 0 ? milliseconds{1} : milliseconds{hours{1}});
                EXPECT_FALSE(id && wasEnded);
                accepted += id.error() == 0;
                EXPECT_TRUE(id || id.error() == code(EngineError::kDeviceClosed));
            }
        });
        ASSERT_TRUE(recording_.waitForCount(accepted));
    }
    EXPECT_EQ(accepted.load(), recording_.count());
    EXPECT_EQ(accepted.load(), recording_.unpinned().size());
    EXPECT_EQ(0u, port->snapshot().unbalancedDevices);
    EXPECT_EQ(accepted.load(), port->snapshot().accepted);
}

TEST_F(CloseTest, EndsAPortWithTenThousandOperationsInFlight) {
    constexpr std::size_t kOperations = 10'000;
    std::unique_ptr<Request[]> requests{new Request[kOperations]};
    TestPort port{recording_, portSettings(2, kOperations)};
    const Device::Key device = pipe(port, kernel_);
    for (std::size_t i = 0; i < kOperations; ++i) {
        ASSERT_TRUE(read(device, i, requests[i], i % 2 == 0 ? Operations::kForEver : milliseconds{hours{1}}));
    }
    const auto begun = steady_clock::now();
    port.end();
    RecordProperty(
        "microseconds",
        std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun).count()));
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(kHandlesClosed, record.status);
        tokens.insert(record.token);
    }
    EXPECT_EQ(kOperations, tokens.size());
    EXPECT_EQ(kOperations, recording_.count());
}

}  // namespace
}  // namespace iocp4j
