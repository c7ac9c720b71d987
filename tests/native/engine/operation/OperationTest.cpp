#include <gtest/gtest.h>

#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/Simulation.h"
#include "engine/operation/Operation.h"
#include "engine/operation/Operations.h"

namespace iocp4j {
namespace {

using namespace test;

// The memory of one pending operation: its slot and its entry in the free list.
static_assert(sizeof(Operation) + sizeof(std::uint32_t) <= 256);
static_assert(sizeof(CompletionRecord) == 32);

// For each operation of a batch a drain needs only this much more.
static_assert(sizeof(OVERLAPPED_ENTRY) + sizeof(CompletionRecord) + sizeof(Device*) <= 128);

TEST(OperationTest, AddressIsThatOfTheOverlapped) {
    Operation operation;
    EXPECT_EQ(static_cast<void*>(&operation), static_cast<void*>(static_cast<OVERLAPPED*>(&operation)));
}

TEST(OperationTest, IdsArePositiveAndNeverRepeat) {
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording, portSettings(1, 2)};
    const Device::Key device = pipe(port, kernel);
    Request fails;
    fails.answer = Request::Answer::kFails;
    std::vector<OperationId> ids;
    for (std::uint64_t token = 0; token < 200; ++token) {
        ASSERT_TRUE(port.waitUntilIdle());
        const auto id = token % 2 == 0 ? read(device, token, fails) : port->post(0, 0, token);
        ASSERT_TRUE(id);
        EXPECT_GT(static_cast<std::int64_t>(*id), 0) << "positive in Java";
        EXPECT_EQ(ids.end(), std::find(ids.begin(), ids.end(), *id));
        ids.push_back(*id);
    }
}

TEST(OperationTest, IsAsNewInASlotThatHasBeenUsed) {
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording, portSettings(1, 1)};
    const Device::Key device = pipe(port, kernel);
    Request request;
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 7;
    const Operation* place = nullptr;
    for (std::uint64_t token = 1; token <= 2; ++token) {
        ASSERT_TRUE(port.submit(device, Opcode::kRead, token, [&](Device& target, Operation& operation) {
            EXPECT_TRUE(place == nullptr || place == &operation);
            place = &operation;
            EXPECT_EQ(0u, operation.Offset);
            EXPECT_EQ(0u, operation.OffsetHigh);
            EXPECT_EQ(nullptr, operation.hEvent);
            EXPECT_EQ(0u, operation.InternalHigh);
            EXPECT_EQ(ULONG_PTR{STATUS_PENDING}, operation.Internal);
            EXPECT_EQ(0u, operation.record.detail);
            operation.setPosition(0x1234'5678'9abc'def0);
            operation.hEvent = &kernel;
            const Started started = target.read(operation, &request, sizeof(request));
            // Safe, because this thread holds the operation until it returns.
            operation.record.detail = 4711;
            return started;
        }));
        EXPECT_EQ(4711u, recording.waitForToken(token).detail);
        ASSERT_TRUE(port.waitUntilIdle());
    }
}

TEST(OperationTest, OnlyTheWholeIdNamesItAndOnlyOnItsDevice) {
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording, portSettings(1, 4)};
    const Device::Key device = pipe(port, kernel);
    Request request;
    const auto id = read(device, 1, request);
    ASSERT_TRUE(id);
    for (unsigned bit = 0; bit < 64; ++bit) {
        EXPECT_FALSE(cancel(device, *id ^ (OperationId{1} << bit))) << bit;
    }
    EXPECT_FALSE(cancel(pipe(port, kernel), *id)) << "another device";
    EXPECT_TRUE(kernel.isPending(request));
    EXPECT_TRUE(cancel(device, *id));
}

TEST(OperationTest, CancelDuringTheCallTakesEffectWhenItReturns) {
    SimulatedKernel kernel;
    Turnstile turnstile;
    Recording recording;
    TestPort port{recording, portSettings(1, 1)};
    Request over;
    over.answer = Request::Answer::kFails;
    const auto last = read(pipe(port, kernel), 1, over);
    ASSERT_TRUE(last && port.waitUntilIdle());
    const OperationId next = *last + (OperationId{1} << 24);  // in the same slot
    const Device::Key device = HeldUpPipe::add(port, kernel, turnstile);
    Request request;
    concurrently(2, [&](unsigned thread) {
        if (thread == 0) {
            const auto id = read(device, 2, request);
            EXPECT_TRUE(id && *id == next);
            return;
        }
        EXPECT_TRUE(turnstile.waitForWaiting(1));
        EXPECT_TRUE(cancel(device, next));
        EXPECT_TRUE(kernel.isPending(request)) << "the call has not returned";
        turnstile.open();
    });
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(2).status);
}

TEST(OperationTest, ReleasesEachOfItsPins) {
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording};
    Request request;
    request.answer = Request::Answer::kSucceeds;
    int pins[2];
    Share<Device> share{pipe(port, kernel)};
    Device& device = *share;
    ASSERT_TRUE(port->operations().submit(
        std::move(share), Opcode::kRead, 1, Pins{&pins[0], &pins[1]}, Operations::kForEver,
        [&](Operation& operation) { return device.read(operation, &request, sizeof(request)); }));
    EXPECT_EQ(0u, recording.waitForToken(1).status);
    EXPECT_EQ((std::vector<void*>{&pins[0], &pins[1]}), recording.unpinned());
}

// Only the kernel's packet ends the operation, even if only the key of a forged packet is wrong.
TEST(OperationTest, PacketWithAnotherKeyIsNotTheOneItWaitsFor) {
    // Delivers a late packet after a wait has timed out.
    SimulatedKernel kernel{std::chrono::milliseconds{10}};
    Turnstile turnstile;
    Recording recording;
    std::atomic<std::size_t> endsBefore{99};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == 2) {
            turnstile.pass();
        } else if (records.front().token == 3) {
            endsBefore = recording.recordsOf(1).size();
        }
    };
    TestPort port{recording, portSettings(1)};
    const Device::Key device = pipe(port, kernel);
    const Device::Key other = pipe(port, kernel);
    Request request;
    request.bytes = 7;
    ASSERT_TRUE(read(device, 1, request));
    OVERLAPPED* const address = kernel.knownOperation(0);
    ASSERT_TRUE(port->post(0, 0, 2));
    ASSERT_TRUE(turnstile.waitForWaiting(1)) << "the only worker is busy";
    kernel.weather.latePackets = 1'000;
    ASSERT_TRUE(kernel.complete(request));
    kernel.weather.latePackets = 0;
    kernel.forge(other, address, 999);
    kernel.forge(0, address, 999);
    ASSERT_TRUE(port->post(0, 0, 3));
    turnstile.open();
    EXPECT_EQ(7u, recording.waitForToken(1).bytes);
    EXPECT_EQ(0u, endsBefore.load());
    EXPECT_EQ(2u, port.foreignPackets());
}

// A pipe server reuses the handle of a disconnected client in this way.
TEST(OperationTest, DeviceWithTheHandleOfAnotherGetsItsPacketsAndKeepsItsKey) {
    class Passing final : public NamedPipe {
    public:
        Passing(CompletionPort& port, win32::Handle handle, win32::Handle& to)
            : NamedPipe(port, L"passing", std::move(handle)), to_(to) {}
        void onEnding() noexcept override { to_ = releaseHandle(); }

    private:
        win32::Handle& to_;
    };
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording};
    win32::Handle handle;
    const auto first = port->add(std::make_unique<Passing>(*port, kernel.openFile(), handle));
    ASSERT_TRUE(first && closed(*first));
    const auto second = port->add(std::make_unique<NamedPipe>(*port, L"second", std::move(handle), *first));
    ASSERT_TRUE(second);
    EXPECT_NE(*first, *second);
    Request request;
    request.answer = Request::Answer::kSucceeds;
    ASSERT_TRUE(read(*second, 1, request));
    EXPECT_EQ(*second, recording.waitForToken(1).key);
}

TEST(OperationTest, FailureAtOnceReportsTheBytesTransferred) {
    SimulatedKernel kernel;
    Recording recording;
    TestPort port{recording};
    ASSERT_TRUE(port.submit(pipe(port, kernel), Opcode::kReceiveFrom, 1,
                            [](Device&, Operation&) { return Started::over(ERROR_MORE_DATA, 5); }));
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, recording.waitForToken(1).status);
    EXPECT_EQ(5u, recording.waitForToken(1).bytes);
}

}  // namespace
}  // namespace iocp4j
