#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr auto kOperationLimit = code(EngineError::kOperationLimit);

class BackpressureTest : public ::testing::Test {
protected:
    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(BackpressureTest, CeilingsAreNotZeroAndNotMoreThanIdsHaveRoomFor) {
    CompletionPort::Settings settings;
    settings.operations = 0;
    settings.batch = 0;
    EXPECT_EQ(1u, settings.withDefaults().operations);
    EXPECT_EQ(1u, settings.withDefaults().batch);
    settings.operations = Operations::kMaxCeiling + 1;
    EXPECT_EQ(Operations::kMaxCeiling, settings.withDefaults().operations);
    settings.operations = Operations::kMaxCeiling - 1;
    EXPECT_EQ(Operations::kMaxCeiling - 1, settings.withDefaults().operations);
}

TEST_F(BackpressureTest, FullSlabRefusesAndForgetsTheRefused) {
    TestPort port{recording_, portSettings(1, 3)};
    const Device::Key device = pipe(port, kernel_);
    Request requests[3];
    Request refused;
    for (std::uint64_t token = 0; token < 3; ++token) {
        ASSERT_TRUE(read(device, token, requests[token]));
    }
    for (int again = 0; again < 100; ++again) {
        EXPECT_EQ(kOperationLimit, read(device, 9, refused).error());
        EXPECT_EQ(kOperationLimit, port->post(0, 0, 9).error());
    }
    EXPECT_FALSE(kernel_.isPending(refused));
    const auto snapshot = port->snapshot();
    EXPECT_EQ(3u, snapshot.operationsInFlight);
    EXPECT_EQ(3u, snapshot.accepted);
    EXPECT_EQ(3u, snapshot.devices.at(0).inFlight) << "a refused operation has no share";
    ASSERT_TRUE(kernel_.complete(requests[1]));
    ASSERT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_TRUE(read(device, 3, requests[1])) << "slots are free again";
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(4u, recording_.count());
    EXPECT_EQ(4u, recording_.unpinned().size());
}

// Packets wait in the kernel's queue, and the engine only needs their slots.
TEST_F(BackpressureTest, SlowListenerStopsTheSubmittersAndNothingGrows) {
    constexpr std::uint64_t kCeiling = 32;
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording_, portSettings(2, kCeiling)};
    const Device::Key device = pipe(port, kernel_);
    std::unique_ptr<Request[]> requests{new Request[1'000]};
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    for (std::uint64_t token = 0; token < 1'000; ++token) {
        requests[token].answer = token % 2 == 0 ? Request::Answer::kSucceeds : Request::Answer::kFails;
        const auto id = read(device, token, requests[token]);
        accepted += id.error() == 0;
        refused += id.error() == kOperationLimit;
        EXPECT_LE(port->operations().inFlight(), kCeiling);
    }
    EXPECT_EQ(1'000u, accepted + refused);
    EXPECT_GE(accepted, kCeiling);
    EXPECT_LE(accepted, kCeiling + 2 * 16) << "and the batches of the workers";
    turnstile.open();
    ASSERT_TRUE(recording_.waitForCount(accepted));
    ASSERT_TRUE(port.waitUntilIdle());
    for (std::uint64_t token = 0; token < kCeiling; ++token) {
        EXPECT_TRUE(read(device, token, requests[token]));
        ASSERT_TRUE(recording_.waitForCount(accepted + token + 1));
    }
}

TEST_F(BackpressureTest, FullSlabCanBeCancelledAndClosed) {
    constexpr std::uint64_t kCeiling = 16;
    Request requests[kCeiling];
    TestPort port{recording_, portSettings(1, kCeiling)};
    const Device::Key device = pipe(port, kernel_);
    std::vector<OperationId> ids;
    for (std::uint64_t token = 0; token < kCeiling; ++token) {
        const auto id = read(device, token, requests[token]);
        ASSERT_TRUE(id);
        ids.push_back(*id);
    }
    EXPECT_TRUE(cancel(device, ids[3]));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(3).status);
    EXPECT_TRUE(closed(device)) << "a close needs no slot";
    EXPECT_EQ(kCeiling, recording_.count());
    EXPECT_TRUE(pipe(port, kernel_));
}

// A listener whose submission is refused must try again. Only that this can succeed is guaranteed.
TEST_F(BackpressureTest, ListenersThatCompeteForTooFewSlotsAllContinue) {
    constexpr std::uint64_t kDevices = 8;
    constexpr int kTurns = 400;
    std::unique_ptr<Request[]> requests{new Request[kDevices]};
    std::atomic<int> turns[kDevices]{};
    Device::Key devices[kDevices]{};
    std::atomic<std::uint64_t> refusals{0};
    TestPort* port = nullptr;
    const auto submit = [&](std::uint64_t device) {
        if (!read(devices[device], device, requests[device])) {
            ++refusals;
        }
    };
    recording_.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            if (++turns[record.token] < kTurns) {
                submit(record.token);
            }
        }
    };
    TestPort opened{recording_, portSettings(3, 3)};
    port = &opened;
    for (std::uint64_t i = 0; i < kDevices; ++i) {
        requests[i].answer = Request::Answer::kSucceeds;
        devices[i] = pipe(opened, kernel_);
    }
    // The test starts refused listeners again.
    const bool done = waitFor([&] {
        bool all = true;
        for (std::uint64_t i = 0; i < kDevices; ++i) {
            if (turns[i] < kTurns) {
                all = false;
                if (port->operator->()->operations().inFlight() < 3) {
                    submit(i);
                }
            }
        }
        return all;
    });
    EXPECT_TRUE(done);
    EXPECT_TRUE(opened.waitUntilIdle());
}

TEST_F(BackpressureTest, PostsThatTheKernelRefusesAreRefusedAndLeaveNothing) {
    TestPort port{recording_, portSettings(1, 4)};
    kernel_.weather.failingPosts = 1'000;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, port->post(0, 0, 1).error());
    }
    EXPECT_EQ(0u, port->operations().inFlight());
    kernel_.weather.failingPosts = 0;
    EXPECT_TRUE(port->post(0, 0, 2));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_EQ(1u, recording_.count());
}

// A forged packet delivers a posted packet whose post then fails.
class ForgedPostTest : public ::testing::Test {
protected:
    // The kernel's post, which fails once after the forged packet.
    BOOL post(DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) {
        kernel_.forge(key, overlapped, bytes);
        if (!refuses_.exchange(false)) {
            return TRUE;
        }
        EXPECT_TRUE(turnstile_.waitForWaiting(1)) << "the listener runs";
        meanwhile_();
        return failing(ERROR_NO_SYSTEM_RESOURCES);
    }

    SimulatedKernel kernel_;
    FakeCall<&win32::Calls::postQueuedCompletionStatus> post_{
        [this](HANDLE, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) { return post(bytes, key, overlapped); }};
    std::atomic<bool> refuses_{true};
    std::function<void()> meanwhile_ = [] {};
    Turnstile turnstile_;
    Recording recording_;
};

TEST_F(ForgedPostTest, WhatHasBeenDeliveredWasAccepted) {
    recording_.onDelivery = [&](unsigned, auto) { turnstile_.pass(); };
    TestPort port{recording_, portSettings(1, 1)};
    EXPECT_TRUE(port->post(0, 0, 1));
    turnstile_.open();
    ASSERT_TRUE(port->post(0, 0, 2));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_EQ(2u, recording_.count());
    EXPECT_EQ(0u, port->operations().inFlight());
}

// Another operation is in the slot by then, and its packet is queued.
TEST_F(ForgedPostTest, RefusalIsNotThatOfTheNextInItsSlot) {
    recording_.onDelivery = [&](unsigned, auto) { turnstile_.pass(); };
    TestPort port{recording_, portSettings(1, 1)};
    meanwhile_ = [&] { EXPECT_TRUE(port->post(0, 0, 2)); };
    Request request;
    request.answer = Request::Answer::kFails;
    EXPECT_TRUE(read(pipe(port, kernel_), 1, request));
    turnstile_.open();
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_TRUE(port.waitUntilIdle());
    EXPECT_EQ(0u, port.foreignPackets()) << "each operation has its packet";
    port.end();
    EXPECT_EQ(2u, recording_.count());
}

// A device that requests the next reminder at once must not occupy a worker.
TEST(ReminderTest, DoesNotComeAtOnce) {
    using std::chrono::milliseconds;
    using std::chrono::steady_clock;
    struct Calls {
        std::atomic<int> reminded{0};
        std::atomic<int> early{0};
        steady_clock::time_point asked = steady_clock::now();
    } calls;
    class Insistent final : public NamedPipe {
    public:
        Insistent(CompletionPort& port, Calls& to) noexcept : NamedPipe(port, L"insistent", win32::Handle{}), to_(to) {}
        void onReminder() noexcept override {
            to_.early += steady_clock::now() - to_.asked < milliseconds{100};
            to_.asked = steady_clock::now();
            if (++to_.reminded < 3) {
                port().remind(key(), 150);
            }
        }

    private:
        Calls& to_;
    };
    SimulatedKernel kernel{milliseconds{1}};
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const auto device = port->add(std::make_unique<Insistent>(*port, calls));
    ASSERT_TRUE(device);
    port->remind(*device, 150);
    EXPECT_TRUE(waitFor([&] { return calls.reminded == 3; }));
    EXPECT_EQ(0, calls.early.load());
}

}  // namespace
}  // namespace iocp4j
