// Packets that belong to no operation, because other code in the process may post to the port.

#include <gtest/gtest.h>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Recording.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "../../fixtures/WaitFor.h"

namespace iocp4j {
namespace {

using namespace test;

class ForeignPacketTest : public ::testing::Test {
protected:
    explicit ForeignPacketTest(const win32::Quirks& quirks = {}) : port_{recording_, settings(quirks)} {}

    static CompletionPort::Settings settings(const win32::Quirks& quirks) {
        CompletionPort::Settings settings = portSettings(1);
        settings.quirks = quirks;
        return settings;
    }

    // Posts a forged packet, and returns when the only worker has handled it. Ends the test if the worker has left,
    // because each further packet would wait in vain.
    void forge(std::uint64_t key, const void* overlapped, std::uint32_t bytes = 777) {
        auto* pointer = static_cast<OVERLAPPED*>(const_cast<void*>(overlapped));
        ASSERT_EQ(0u, port_->kernel().post(bytes, key, pointer));
        pause();
    }

    // Returns when the only worker has handled everything that was posted before.
    void pause() {
        ASSERT_TRUE(port_->post(0, 0, ++sentinel_));
        const auto hasLeft = [&] { return recording_.stopped > 0; };
        ASSERT_TRUE(waitFor([&] { return hasLeft() || !recording_.recordsOf(sentinel_).empty(); }))
            << "the only worker does not return";
        ASSERT_FALSE(hasLeft()) << "the only worker has left";
        ASSERT_EQ(0u, recording_.waitForToken(sentinel_).status);
        ++sentinels_;
    }

    static const void* misplaced(const Operation* operation, std::ptrdiff_t bytes) {
        return reinterpret_cast<const char*>(operation) + bytes;
    }

    PortHandle kernel_;
    Recording recording_;
    TestPort port_;
    // Keeps the port, even if a worker leaves too early.
    const Share<CompletionPort> held_{port_.key()};
    std::uint64_t sentinel_ = 1'000'000;
    std::size_t sentinels_ = 0;
};

TEST_F(ForeignPacketTest, IsCountedAndNothingElse) {
    const Device::Key device = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    const Device::Key other = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    const Device::Key gone = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    ASSERT_TRUE(closed(gone));
    ScriptedDevice& scripted = ScriptedDevice::of(device);

    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    ASSERT_TRUE(port_.read(device, 2, nullptr, 0));
    Operation* pending = scripted.next();
    Operation* free = scripted.next();
    scripted.complete(*free, kStatusSuccess, 0);
    ASSERT_EQ(0u, recording_.waitForToken(2).status);
    // The sentinels use a slot, too, but not the one that must stay free.
    ASSERT_TRUE(port_.read(other, 3, nullptr, 0));

    OVERLAPPED onTheStack{};
    const std::uint64_t keys[] = {0, 1, 2, 3, device, other, gone, device + 1, ~std::uint64_t{0}};
    const void* pointers[] = {
        nullptr,
        reinterpret_cast<const void*>(std::uintptr_t{0x10}),
        reinterpret_cast<const void*>(~std::uintptr_t{0}),
        &onTheStack,
        pending,
        misplaced(pending, 1),
        misplaced(pending, 8),
        misplaced(pending, -8),
        misplaced(pending, -4096 * std::ptrdiff_t{sizeof(Operation)}),
        misplaced(pending, 200 * std::ptrdiff_t{sizeof(Operation)}),   // not yet constructed
        misplaced(pending, 4096 * std::ptrdiff_t{sizeof(Operation)}),  // behind the end
    };
    std::uint64_t forged = 0;
    for (const std::uint64_t key : keys) {
        for (const void* pointer : pointers) {
            ASSERT_NO_FATAL_FAILURE(forge(key, pointer));
            EXPECT_EQ(++forged, port_.foreignPackets()) << std::hex << key << ' ' << pointer;
        }
    }
    EXPECT_EQ(1 + sentinels_, recording_.count()) << "none of them was delivered";
    EXPECT_TRUE(recording_.recordsOf(1).empty());

    scripted.complete(*pending, kStatusSuccess, 42);
    EXPECT_EQ(42u, recording_.waitForToken(1).bytes) << "the operation in flight is unaffected";
    EXPECT_EQ(1u, recording_.recordsOf(1).size());
    EXPECT_EQ(0, recording_.violations.load());
}

TEST_F(ForeignPacketTest, AddressOfAFreeOperationMeansNothing) {
    const Device::Key device = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    ScriptedDevice& scripted = ScriptedDevice::of(device);
    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    Operation* free = scripted.next();
    scripted.complete(*free, kStatusSuccess, 5);
    ASSERT_EQ(5u, recording_.waitForToken(1).bytes);
    std::uint64_t forged = 0;
    for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, device}) {
        // The sentinel may use that slot and be ended by this packet. Its own packet is then the foreign one.
        ASSERT_NO_FATAL_FAILURE(forge(key, free));
        ++forged;
        ASSERT_TRUE(waitFor([&] { return port_.foreignPackets() == forged; })) << key;
    }
    EXPECT_EQ(1 + sentinels_, recording_.count());
    EXPECT_TRUE(port_.waitUntilIdle());
}

// A kernel that does not write the status of an operation when its starting thread ends first.
class UnwrittenStatusTest : public ForeignPacketTest {
protected:
    UnwrittenStatusTest() : ForeignPacketTest({.statusMayBeUnwritten = true}) {}
};

TEST_F(ForeignPacketTest, PacketCountsOnlyWhenTheKernelHasWrittenTheStatus) {
    const Device::Key device = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    Operation* operation = ScriptedDevice::of(device).next();
    kernel_.queue(device, operation, kStatusCancelled, 3);
    ASSERT_NO_FATAL_FAILURE(pause());
    EXPECT_TRUE(recording_.recordsOf(1).empty());
    EXPECT_EQ(1u, port_.foreignPackets());
    ScriptedDevice::of(device).complete(*operation, kStatusSuccess, 4);
    EXPECT_EQ(4u, recording_.waitForToken(1).bytes);
}

TEST_F(UnwrittenStatusTest, PacketWithAnErrorCountsThoughTheKernelHasNotWrittenTheStatus) {
    const Device::Key device = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    Operation* operation = ScriptedDevice::of(device).next();
    kernel_.queue(device, operation, kStatusCancelled, 3);
    if (!recording_.waitForCount(1)) {
        ScriptedDevice::of(device).complete(*operation, kStatusCancelled, 3);  // otherwise the port could not end
        FAIL() << "the packet does not count";
    }
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
    EXPECT_EQ(3u, record.bytes);
    kernel_.queue(device, operation, kStatusCancelled, 3);
    ASSERT_NO_FATAL_FAILURE(pause());
    EXPECT_EQ(1u, recording_.recordsOf(1).size()) << "once";
    EXPECT_EQ(1u, port_.foreignPackets());
}

// Such a kernel queues packets for some calls that fail at once. They must not end the next operation in the same slot.
TEST_F(UnwrittenStatusTest, ErrorOfACallThatFailedAtOnceIsNotTheNextOperations) {
    bool fails = true;
    const Device::Key device =
        ScriptedDevice::add(*port_, kernel_, [&](ScriptedDevice& scripted, Operation& operation) {
            if (fails) {
                ScriptedDevice::pends(scripted, operation);
                return Started::over(ERROR_ACCESS_DENIED);
            }
            return ScriptedDevice::pends(scripted, operation);
        });
    ScriptedDevice& scripted = ScriptedDevice::of(device);
    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    Operation* failed = scripted.next();
    ASSERT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording_.waitForToken(1).status);
    fails = false;
    ASSERT_TRUE(port_.read(device, 2, nullptr, 0));
    Operation* pending = scripted.next();
    ASSERT_EQ(failed, pending) << "free slots are reused at once";
    kernel_.queue(device, failed, kStatusCancelled, 0);
    ASSERT_NO_FATAL_FAILURE(pause());
    EXPECT_TRUE(recording_.recordsOf(2).empty());
    EXPECT_EQ(1u, port_.foreignPackets());
    scripted.complete(*pending, kStatusSuccess, 9);
    EXPECT_EQ(9u, recording_.waitForToken(2).bytes);
}

TEST_F(ForeignPacketTest, ForgedExitPacketEndsNoWorker) {
    for (int i = 0; i < 20; ++i) {
        ASSERT_NO_FATAL_FAILURE(forge(1, nullptr));
    }
    EXPECT_EQ(0u, recording_.stopped.load());
    EXPECT_EQ(20u, port_.foreignPackets());
}

TEST(ForeignPacketTwinTest, TwinOfAPostedPacketDeliversItOnce) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    std::atomic<OVERLAPPED*> seen{nullptr};
    std::atomic<ULONG_PTR> keySeen{0};
    FakeCall<&win32::Calls::postQueuedCompletionStatus> post{
        [&](HANDLE port, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) {
            seen = overlapped;
            keySeen = key;
            return decltype(post)::real(port, bytes, key, overlapped);
        }};
    TestPort port{recording, portSettings(1)};
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    ASSERT_TRUE(port->post(0, 0, 2));
    OVERLAPPED* packet = seen;
    const ULONG_PTR key = keySeen;
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(0u, port->kernel().post(0, key, packet));
    }
    ASSERT_TRUE(port->post(0, 0, 3));
    turnstile.open();
    ASSERT_EQ(0u, recording.waitForToken(3).status);
    EXPECT_EQ(1u, recording.recordsOf(2).size());
    EXPECT_EQ(5u, port.foreignPackets());
    EXPECT_EQ(3u, recording.count());
}

// A forged packet with the right address and key, for an operation that is over. It may end the operation, but its byte
// count and status are ignored.
TEST(ForeignPacketTwinTest, ForgedPacketDoesNotDetermineTheResult) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    ScriptedDevice& scripted = ScriptedDevice::of(device);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    Operation* operation = scripted.next();
    scripted.complete(*operation, kStatusSuccess, 1);
    ASSERT_TRUE(turnstile.waitForWaiting(1));

    ASSERT_EQ(0u, port->kernel().post(777, device, operation));
    ASSERT_TRUE(port.read(device, 2, nullptr, 0));
    ASSERT_EQ(operation, scripted.next()) << "the slot is used again";
    scripted.complete(*operation, kStatusEndOfFile, 5);
    turnstile.open();

    const CompletionRecord record = recording.waitForToken(2);
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, record.status);
    EXPECT_EQ(5u, record.bytes);
    port.end();
    EXPECT_EQ(1u, recording.recordsOf(2).size());
}

}  // namespace
}  // namespace iocp4j
