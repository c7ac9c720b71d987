#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;

// A device that may complete inline, on a kernel that behaves as each request says.
class InlineCompletionTest : public ::testing::Test {
protected:
    InlineCompletionTest() {
        request_.answer = Request::Answer::kSucceeds;
        request_.bytes = 7;
    }

    static void completeInline(Device::Key device) {
        const Share<Device> share{device};
        ASSERT_TRUE(share);
        EXPECT_EQ(0u, share->completeInline());
    }

    // The completion that has come through the port.
    CompletionRecord cameThroughPort(std::uint64_t token, const win32::Result<OperationId>& started) {
        EXPECT_TRUE(started);
        EXPECT_FALSE(isInline(*started));
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(1u, recording_.recordsOf(token).size());
        return record;
    }

    SimulatedKernel kernel_{std::chrono::milliseconds{10}};
    Recording recording_;
    TestPort port_{recording_};
    Device::Key device_ = pipe(port_, kernel_);
    Request request_;
};

TEST_F(InlineCompletionTest, OperationIsOverWithItsSubmission) {
    completeInline(device_);
    const auto started = read(device_, 1, request_);
    ASSERT_TRUE(started);
    ASSERT_TRUE(isInline(*started));
    EXPECT_EQ(inlineId(7), *started);
    EXPECT_GT(static_cast<std::int64_t>(*started), 0) << "positive in Java";
    EXPECT_TRUE(isInline(*write(device_, 2, request_)));

    const auto snapshot = port_->snapshot();
    EXPECT_EQ(2u, snapshot.accepted);
    EXPECT_EQ(2u, snapshot.completed);
    EXPECT_EQ(0u, snapshot.operationsInFlight);
    EXPECT_FALSE(port_.cancel(device_, *started)) << "it is over";
    port_.end();
    EXPECT_EQ(0u, recording_.count());
    EXPECT_TRUE(recording_.unpinned().empty()) << "the caller keeps the pins";
}

TEST_F(InlineCompletionTest, NothingCompletesInlineUnlessEnabled) {
    EXPECT_EQ(7u, cameThroughPort(1, read(device_, 1, request_)).bytes);
    completeInline(device_);
    completeInline(device_);
    EXPECT_TRUE(isInline(*read(device_, 2, request_)));
    const Device::Key other = pipe(port_, kernel_);
    EXPECT_EQ(7u, cameThroughPort(3, read(other, 3, request_)).bytes) << "each device is enabled separately";
}

TEST_F(InlineCompletionTest, PendingOperationComesThroughThePort) {
    completeInline(device_);
    request_.answer = Request::Answer::kPends;
    const auto started = read(device_, 1, request_);
    ASSERT_TRUE(kernel_.complete(request_));
    EXPECT_EQ(7u, cameThroughPort(1, started).bytes);
    request_.answer = Request::Answer::kOvertakes;
    EXPECT_EQ(7u, cameThroughPort(2, read(device_, 2, request_)).bytes);
    EXPECT_EQ(2u, recording_.unpinned().size());
}

TEST_F(InlineCompletionTest, FailureComesThroughThePort) {
    completeInline(device_);
    request_.answer = Request::Answer::kFails;
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, cameThroughPort(1, read(device_, 1, request_)).status);
    request_.answer = Request::Answer::kSucceeds;
    request_.status = kStatusBroken;
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, cameThroughPort(2, read(device_, 2, request_)).status);
    EXPECT_EQ(2u, recording_.unpinned().size());
}

TEST_F(InlineCompletionTest, MessageThatDoesNotFitComesThroughThePortWithOrWithoutItsPacket) {
    completeInline(device_);
    request_.answer = Request::Answer::kTruncates;
    for (std::uint64_t token = 0; token < 20; ++token) {
        kernel_.weather.unskippedPackets = token % 2 == 0 ? 0 : 1'000;
        const CompletionRecord record = cameThroughPort(token, read(device_, token, request_));
        EXPECT_EQ(DWORD{ERROR_MORE_DATA}, record.status);
        EXPECT_EQ(7u, record.bytes);
    }
}

// It may be the end of a file or stream, which needs a record.
TEST_F(InlineCompletionTest, ReadThatGetsNothingComesThroughThePort) {
    completeInline(device_);
    request_.bytes = 0;
    EXPECT_EQ(0u, cameThroughPort(1, read(device_, 1, request_)).bytes);
}

TEST_F(InlineCompletionTest, TransferOfNoBytesIsOverWithItsSubmission) {
    completeInline(device_);
    request_.bytes = 0;
    const auto started = port_.read(device_, 1, &request_, 0);
    ASSERT_TRUE(started);
    EXPECT_EQ(inlineId(0), *started);
    EXPECT_GT(static_cast<std::int64_t>(*started), 0) << "positive in Java";
    EXPECT_EQ(inlineId(0), *write(device_, 2, request_));
    port_.end();
    EXPECT_EQ(0u, recording_.count());
}

TEST_F(InlineCompletionTest, OtherOpcodesComeThroughThePort) {
    completeInline(device_);
    const auto started = port_.submit(device_, Opcode::kTransact, 1, [&](Device& target, Operation& operation) {
        return target.write(operation, &request_, sizeof(request_));
    });
    EXPECT_EQ(7u, cameThroughPort(1, started).bytes);
}

TEST_F(InlineCompletionTest, PacketThatIsNotSkippedHarmsNothing) {
    completeInline(device_);
    kernel_.weather.unskippedPackets = 1'000;
    std::uint64_t completedInline = 0;
    constexpr std::uint64_t kOperations = 2'000;
    std::unique_ptr<Request[]> requests{new Request[kOperations]};
    for (std::uint64_t token = 0; token < kOperations; ++token) {
        requests[token].answer = Request::Answer::kSucceeds;
        requests[token].bytes = static_cast<std::uint32_t>(token + 1);
        const auto started = read(device_, token, requests[token]);
        ASSERT_TRUE(started);
        if (isInline(*started)) {
            ASSERT_EQ(inlineId(static_cast<std::uint32_t>(token + 1)), *started);
            ++completedInline;
        } else {
            ASSERT_EQ(token + 1, recording_.waitForToken(token).bytes);
        }
    }
    port_.end();
    EXPECT_EQ(kOperations, completedInline + recording_.count()) << "each exactly once";
    EXPECT_GT(completedInline, 0u);
}

// A packet that comes before the call returns, although the kernel has finished the request.
class EarlyPacketTest : public ::testing::Test {
protected:
    EarlyPacketTest() {
        request_.answer = Request::Answer::kSucceeds;
        request_.bytes = 7;
        const Share<Device> share{device_};
        EXPECT_EQ(0u, share->completeInline());
    }

    // Starts the operation, for which `send` posts a packet, and expects one completion.
    template <class Send>
    void expectThatItCounts(const Send& send) {
        win32::Result<OperationId> started{0};
        concurrently(2, [&](unsigned thread) {
            if (thread == 0) {
                started = read(device_, 1, request_);
                return;
            }
            EXPECT_TRUE(turnstile_.waitForWaiting(1));
            send();
            // When the only worker delivers this packet, it has claimed the earlier ones.
            EXPECT_TRUE(port_->post(0, 0, 2));
            EXPECT_EQ(0u, recording_.waitForToken(2).status);
            turnstile_.open();
        });
        ASSERT_TRUE(started);
        EXPECT_FALSE(isInline(*started));
        EXPECT_EQ(7u, recording_.waitForToken(1).bytes);
        EXPECT_EQ(0u, port_.foreignPackets());
        port_.end();
        EXPECT_EQ(1u, recording_.recordsOf(1).size());
    }

    SimulatedKernel kernel_;
    Turnstile turnstile_;
    Recording recording_;
    TestPort port_{recording_, portSettings(1)};
    Device::Key device_ = HeldUpPipe::add(port_, kernel_, turnstile_);
    Request request_;
};

TEST_F(EarlyPacketTest, CountsThoughItShouldHaveBeenSkipped) {
    kernel_.weather.unskippedPackets = 1'000;
    expectThatItCounts([] {});
}

// A forged packet only says that the operation is over, which is true.
TEST_F(EarlyPacketTest, CountsThoughItIsForged) {
    expectThatItCounts([&] { kernel_.forge(device_, kernel_.knownOperation(0), 999); });
}

TEST_F(InlineCompletionTest, DeadlineOfAnEndedOperationIsIgnored) {
    completeInline(device_);
    for (std::uint64_t token = 0; token < 100; ++token) {
        EXPECT_TRUE(isInline(*read(device_, token, request_, Operations::Timeout{1})));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{30});
    request_.answer = Request::Answer::kPends;
    const auto started = read(device_, 1'000, request_);
    std::this_thread::sleep_for(std::chrono::milliseconds{30});
    EXPECT_TRUE(kernel_.complete(request_)) << "the deadline of an earlier operation in the slot has cancelled it";
    EXPECT_EQ(7u, cameThroughPort(1'000, started).bytes);
}

TEST_F(InlineCompletionTest, CeilingIsOfOperationsInFlight) {
    completeInline(device_);
    for (std::uint64_t token = 0; token < 10 * port_->operations().ceiling(); ++token) {
        ASSERT_TRUE(isInline(*read(device_, token, request_)));
    }
}

TEST_F(InlineCompletionTest, DeviceThatIsClosedMeanwhileEndsWithTheCall) {
    Turnstile turnstile;
    const Device::Key held = HeldUpPipe::add(port_, kernel_, turnstile);
    completeInline(held);
    win32::Result<OperationId> started{0};
    std::thread submitter{[&] { started = read(held, 1, request_); }};
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    Device::close(held);
    EXPECT_FALSE(Device::awaitClosed(held, std::chrono::steady_clock::now())) << "the kernel has the request";
    turnstile.open();
    submitter.join();
    EXPECT_TRUE(isInline(*started));
    EXPECT_TRUE(Device::awaitClosed(held, deadline()));
    EXPECT_TRUE(recording_.isClosed(held));
}

// Code that runs at the device's end, on the submitting thread, may reuse the slot at once.
TEST(InlineEndTest, SlotIsFreeWhenTheDeviceEnds) {
    SimulatedKernel kernel;
    Turnstile turnstile;
    Recording recording;
    Device::Key ending = 0;
    Device::Key other = 0;
    Request next;
    win32::ErrorCode refusal = ERROR_SUCCESS;
    std::thread::id endingThread;
    recording.onDeviceClosed = [&](std::uint64_t key) {
        if (key == ending) {
            endingThread = std::this_thread::get_id();
            refusal = read(other, 2, next).error();
        }
    };
    TestPort port{recording, portSettings(1, 1)};
    ending = HeldUpPipe::add(port, kernel, turnstile);
    other = pipe(port, kernel);
    ASSERT_EQ(
        0u, Share<Device> { ending } -> completeInline());
    Request request;
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 7;
    win32::Result<OperationId> started{0};
    concurrently(2, [&](unsigned thread) {
        if (thread == 0) {
            started = read(ending, 1, request);
            EXPECT_EQ(endingThread, std::this_thread::get_id());
            return;
        }
        EXPECT_TRUE(turnstile.waitForWaiting(1));
        Device::close(ending);
        turnstile.open();
    });
    EXPECT_EQ(0u, refusal);
    EXPECT_EQ(inlineId(7), *started) << "the result of this operation, not of the next one in the slot";
    EXPECT_TRUE(kernel.complete(next));
    EXPECT_EQ(0u, recording.waitForToken(2).status);
}

TEST_F(InlineCompletionTest, DeviceThatCannotCompleteInlineContinuesAsBefore) {
    const FakeCall<&win32::Calls::setFileCompletionNotificationModes> refuses{[](HANDLE, UCHAR) {
        ::SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }};
    EXPECT_EQ(
        DWORD{ERROR_INVALID_PARAMETER}, Share<Device> { device_ } -> completeInline());
    EXPECT_FALSE(Share<Device> { device_ } -> completesInline());
    EXPECT_EQ(7u, cameThroughPort(1, read(device_, 1, request_)).bytes);
}

TEST_F(InlineCompletionTest, InlineCompletionIsEnabledOnce) {
    completeInline(device_);
    const FakeCall<&win32::Calls::setFileCompletionNotificationModes> refuses{[](HANDLE, UCHAR) {
        ::SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }};
    completeInline(device_);
    EXPECT_TRUE(isInline(*read(device_, 1, request_)));
}

// Otherwise an operation would wait for a skipped packet for ever.
TEST_F(InlineCompletionTest, DeviceKnowsBeforeWindowsDoes) {
    bool knows = false;
    const FakeCall<&win32::Calls::setFileCompletionNotificationModes> asks{[&](HANDLE, UCHAR) {
        knows = Share<Device> { device_ } -> skipsPackets();
        return TRUE;
    }};
    completeInline(device_);
    EXPECT_TRUE(knows);
}

TEST_F(InlineCompletionTest, DeviceWithoutAHandleCannotCompleteInline) {
    const auto device = port_->add(std::make_unique<NamedPipe>(*port_, L"handleless", win32::Handle{}));
    ASSERT_TRUE(device);
    EXPECT_EQ(
        win32::ErrorCode{ERROR_PIPE_NOT_CONNECTED}, Share<Device> { *device } -> completeInline());
    EXPECT_FALSE(Share<Device> { *device } -> completesInline());
}

TEST_F(InlineCompletionTest, ModeIsTheOneThatSkipsPacketsAndEvents) {
    UCHAR modes = 0;
    const FakeCall<&win32::Calls::setFileCompletionNotificationModes> notes{[&](HANDLE, UCHAR given) {
        modes = given;
        return TRUE;
    }};
    completeInline(device_);
    EXPECT_EQ(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE, modes);
}

}  // namespace
}  // namespace iocp4j
