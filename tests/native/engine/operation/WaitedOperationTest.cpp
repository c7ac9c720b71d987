#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;
using std::chrono::milliseconds;

constexpr std::uint32_t kAborted = ERROR_OPERATION_ABORTED;
constexpr std::uint32_t kHandlesClosed = 676;
// A read that loses its wake fails its test, instead of waiting for ever.
constexpr Operations::Timeout kNeverReached{20'000};

// Reads for whose end the reading thread waits itself.
class WaitedOperationTest : public ::testing::Test {
protected:
    using Result = win32::Result<CompletionRecord>;

    Result run(Request& request, Operations::Timeout timeout = Operations::kForEver, Opcode opcode = Opcode::kRead) {
        const Share<Device> share{device_};
        if (!share) {
            return Result::failure(code(EngineError::kDeviceClosed));
        }
        return port_->operations().run(share, opcode, timeout, [&](Operation& operation) {
            return opcode == Opcode::kRead ? share->read(operation, &request, sizeof(request))
                                           : share->write(operation, &request, sizeof(request));
        });
    }

    std::future<Result> runElsewhere(Request& request, Operations::Timeout timeout = Operations::kForEver) {
        auto result = std::async(std::launch::async, [this, &request, timeout] { return run(request, timeout); });
        EXPECT_TRUE(waitFor([&] { return kernel_.isPending(request); }));
        return result;
    }

    void wake() {
        const Share<Device> share{device_};
        port_->operations().wakeRead(*share);
    }

    // Nothing is left of the reads, and the sink knows of none.
    void expectNothingLeft() {
        EXPECT_EQ(0u, port_->operations().inFlight());
        EXPECT_EQ(0u, kernel_.pending());
        EXPECT_EQ(0u, recording_.count());
        EXPECT_TRUE(recording_.unpinned().empty());
        EXPECT_EQ(0, kernel_.violations);
    }

    SimulatedKernel kernel_;
    Recording recording_;
    TestPort port_{recording_};
    Device::Key device_ = pipe(port_, kernel_);
};

TEST_F(WaitedOperationTest, ReturnsWhatComesLater) {
    Request request;
    request.bytes = 5;
    auto result = runElsewhere(request);
    EXPECT_TRUE(kernel_.complete(request));
    const Result read = result.get();
    ASSERT_TRUE(read);
    EXPECT_EQ(0u, read->status);
    EXPECT_EQ(5u, read->bytes);
    EXPECT_EQ(1u, port_->snapshot().accepted);
    EXPECT_EQ(1u, port_->snapshot().completed);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, ReturnsWhatIsThereAtOnce) {
    Request there;
    there.answer = Request::Answer::kSucceeds;
    there.bytes = 7;
    Request partly;
    partly.answer = Request::Answer::kTruncates;
    partly.bytes = 3;
    Request broken;
    broken.answer = Request::Answer::kFails;
    for (const bool skips : {false, true}) {
        EXPECT_EQ(7u, run(there)->bytes);
        EXPECT_EQ(DWORD{ERROR_MORE_DATA}, run(partly)->status);
        EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, run(broken)->status);
        EXPECT_EQ(7u, run(there, Operations::kForEver, Opcode::kWrite)->bytes);
        expectNothingLeft();
        if (!skips) {
            EXPECT_EQ(
                0u, Share<Device> { device_ } -> completeInline());
        }
    }
    EXPECT_EQ(0u, kernel_.counters.waits);
}

TEST_F(WaitedOperationTest, ReturnsTheErrorOfTheKernel) {
    Request request;
    request.status = kStatusBroken;
    auto result = runElsewhere(request);
    EXPECT_TRUE(kernel_.complete(request));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, result.get()->status);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, EndsAtItsTimeout) {
    Request request;
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, run(request, milliseconds{5})->status);
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, run(request, milliseconds{0})->status);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, DataThatComesAtTheTimeoutCounts) {
    Request request;
    request.cancel = Request::Cancel::kTooLate;
    request.bytes = 4;
    const Result read = run(request, milliseconds{5});
    EXPECT_EQ(0u, read->status);
    EXPECT_EQ(4u, read->bytes);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, WaitsUntilTheKernelHasCancelled) {
    Request request;
    request.cancel = Request::Cancel::kHesitates;
    auto result = runElsewhere(request, milliseconds{5});
    EXPECT_TRUE(waitFor([&] { return kernel_.counters.cancelsHesitant > 0; }));
    EXPECT_EQ(1u, port_->operations().inFlight()) << "the kernel still has the buffer";
    EXPECT_TRUE(kernel_.complete(request));
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, result.get()->status);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, IsWokenWhileItWaits) {
    Request request;
    auto result = runElsewhere(request, kNeverReached);
    wake();
    EXPECT_EQ(Operations::kWoken, result.get()->status);
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 2;
    EXPECT_EQ(2u, run(request)->bytes) << "one wake ends one read";
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, IsWokenBeforeItWaits) {
    wake();
    wake();
    Request request;
    EXPECT_EQ(Operations::kWoken, run(request, kNeverReached)->status);
    Request next;
    next.bytes = 2;
    auto result = runElsewhere(next);
    EXPECT_TRUE(kernel_.complete(next));
    EXPECT_EQ(2u, result.get()->bytes);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, IsWokenWhenItBegins) {
    Turnstile turnstile;
    device_ = HeldUpPipe::add(port_, kernel_, turnstile);
    Request request;
    auto result = runElsewhere(request, kNeverReached);
    wake();
    EXPECT_TRUE(kernel_.isPending(request)) << "only the thread that starts it may cancel it now";
    turnstile.open();
    EXPECT_EQ(Operations::kWoken, result.get()->status);
    EXPECT_FALSE(turnstile.gaveUp());
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, DataThatIsThereComesBeforeAWake) {
    wake();
    Request request;
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 2;
    EXPECT_EQ(2u, run(request)->bytes);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, AWakeEndsNoOtherOperation) {
    Request queued;
    Request written;
    ASSERT_TRUE(read(device_, 1, queued));
    ASSERT_TRUE(write(device_, 2, written));
    wake();
    EXPECT_TRUE(kernel_.isPending(queued));
    EXPECT_TRUE(kernel_.isPending(written));
    EXPECT_TRUE(kernel_.complete(queued));
    EXPECT_TRUE(kernel_.complete(written));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
}

TEST_F(WaitedOperationTest, ACancelIsNoWake) {
    Request request;
    auto result = runElsewhere(request);
    EXPECT_EQ(1u, port_.cancelAll(device_, Opcode::kRead));
    EXPECT_EQ(kAborted, result.get()->status);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, ACloseEndsTheWait) {
    Request request;
    auto result = runElsewhere(request);
    Device::close(device_);
    EXPECT_EQ(kHandlesClosed, result.get()->status);
    EXPECT_TRUE(Device::awaitClosed(device_, deadline()));
    EXPECT_EQ(code(EngineError::kDeviceClosed), run(request).error());
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, AnEndOfThePortEndsTheWait) {
    Request request;
    auto result = runElsewhere(request);
    port_.close();
    EXPECT_EQ(kHandlesClosed, result.get()->status);
}

TEST_F(WaitedOperationTest, AForgedPacketEndsNothing) {
    Request request;
    request.bytes = 6;
    auto result = runElsewhere(request);
    OVERLAPPED* const operation = kernel_.knownOperation(0);
    ASSERT_NE(nullptr, operation);
    const std::uint64_t before = port_.foreignPackets();
    kernel_.forge(device_, operation, 1);
    EXPECT_TRUE(waitFor([&] { return port_.foreignPackets() > before; }));
    EXPECT_TRUE(kernel_.isPending(request));
    EXPECT_TRUE(kernel_.complete(request));
    EXPECT_EQ(6u, result.get()->bytes);
    expectNothingLeft();
}

TEST_F(WaitedOperationTest, IsRefusedAtTheCeiling) {
    std::vector<std::unique_ptr<Request>> requests;
    while (port_->operations().inFlight() < port_->operations().ceiling()) {
        requests.push_back(std::make_unique<Request>());
        ASSERT_TRUE(read(device_, requests.size(), *requests.back()));
    }
    Request request;
    EXPECT_EQ(code(EngineError::kOperationLimit), run(request).error());
    kernel_.completeAll();
    EXPECT_TRUE(recording_.waitForCount(requests.size()));
    EXPECT_TRUE(port_.waitUntilIdle());
}

// No wake is lost, at whatever moment it comes.
TEST_F(WaitedOperationTest, OneWakeEndsTheReadThatBegins) {
    constexpr int kReads = 5'000;
    std::atomic<int> begun{0};
    std::thread waker{[&] {
        for (int i = 1; i <= kReads; ++i) {
            while (begun < i) {
                std::this_thread::yield();
            }
            for (int pause = i % 97; pause > 0; --pause) {
                (void)begun.load();
            }
            wake();
        }
    }};
    int woken = 0;
    while (woken < kReads) {
        Request request;
        ++begun;
        if (run(request, kNeverReached)->status != Operations::kWoken) {
            break;
        }
        ++woken;
    }
    begun = kReads;
    waker.join();
    EXPECT_EQ(kReads, woken);
    expectNothingLeft();
}

// Each read ends once, whatever ends it: data, a wake, a cancel or the timeout. No read reports a wake that was none.
TEST_F(WaitedOperationTest, EndsOnceWhateverEndsIt) {
    constexpr int kReads = 2'000;
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> wakes{0};
    const auto waking = [&] {
        while (!done) {
            ++wakes;
            wake();
        }
    };
    std::thread waker{waking};
    std::thread otherWaker{waking};
    std::thread sender{[&] {
        while (!done) {
            kernel_.completeOne(0);
            std::this_thread::yield();
        }
    }};
    std::uint64_t woken = 0;
    for (int i = 0; i < kReads; ++i) {
        Request request;
        request.bytes = 1;
        request.cancel = i % 3 == 0 ? Request::Cancel::kTooLate : Request::Cancel::kObeys;
        const Result read = run(request, milliseconds{i % 5 == 0 ? 1 : 1'000});
        ASSERT_TRUE(read);
        const bool hasData = read->status == ERROR_SUCCESS && read->bytes == 1;
        woken += read->status == Operations::kWoken;
        EXPECT_TRUE(hasData || read->status == Operations::kWoken || read->status == ERROR_TIMEOUT) << read->status;
        EXPECT_FALSE(request.owned) << "the kernel has returned the buffer";
    }
    done = true;
    waker.join();
    otherWaker.join();
    sender.join();
    EXPECT_LE(woken, wakes);
    EXPECT_EQ(std::uint64_t{kReads}, port_->snapshot().completed);
    expectNothingLeft();
}

}  // namespace
}  // namespace iocp4j
