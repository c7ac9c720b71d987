#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeDevice.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j {
namespace {

using namespace test;
using Activity = Drain::Activity;

// A concurrency of one for that number of workers.
CompletionPort::Settings oneRunning(std::uint32_t workers) {
    CompletionPort::Settings settings = portSettings(workers);
    settings.concurrency = 1;
    settings.batch = 1;
    return settings;
}

std::size_t number(const TestPort& port, Activity activity) {
    const auto drains = port->snapshot().drains;
    return static_cast<std::size_t>(
        std::count_if(drains.begin(), drains.end(), [&](const auto& drain) { return drain.activity == activity; }));
}

TEST(WorkerTest, OneThatBlocksLetsTheNextRun) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token < 2) {
            turnstile.pass();
        }
    };
    TestPort port{recording, oneRunning(4)};
    EXPECT_TRUE(waitFor([&] { return number(port, Activity::kWaiting) == 4; }));
    for (std::uint64_t token = 0; token < 2; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        ASSERT_TRUE(turnstile.waitForWaiting(static_cast<unsigned>(token) + 1));
    }
    for (std::uint64_t token = 2; token < 50; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        ASSERT_EQ(0u, recording.waitForToken(token).status);
    }
    EXPECT_TRUE(waitFor([&] { return number(port, Activity::kWaiting) == 2; }));
    EXPECT_EQ(2u, number(port, Activity::kListener)) << "the two blocked workers";
    turnstile.open();
    EXPECT_TRUE(waitFor([&] { return number(port, Activity::kWaiting) == 4; }));
    EXPECT_FALSE(turnstile.gaveUp());
}

TEST(WorkerTest, SnapshotDistinguishesRunningFromBlocked) {
    TestPort* shown = nullptr;
    std::atomic<std::size_t> running{0};
    std::atomic<std::size_t> inListener{0};
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        inListener = number(*shown, Activity::kListener);
        // The device ends as soon as the worker returns from here.
        Device::close(records.front().key);
    };
    recording.onDeviceClosed = [&](std::uint64_t) { running = number(*shown, Activity::kRunning); };
    TestPort port{recording, oneRunning(3)};
    shown = &port;
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    EXPECT_TRUE(waitFor([&] { return number(port, Activity::kWaiting) == 3; }));
    char buffer[8];
    ASSERT_TRUE(port.read(device, 1, buffer, sizeof buffer));
    put(ends.client, "x");
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(1u, inListener);
    EXPECT_EQ(1u, running);
}

TEST(WorkerTest, EachIsEndedByAPacketOfItsOwn) {
    constexpr unsigned kWorkers = 5;
    std::atomic<unsigned> packetsOfNoOperation{0};
    const FakeCall<&win32::Calls::postQueuedCompletionStatus> post{
        [&](HANDLE port, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) {
            packetsOfNoOperation += overlapped == nullptr;
            return decltype(post)::real(port, bytes, key, overlapped);
        }};
    // No worker leaves for lack of packets.
    const FakeCall<&win32::Calls::getQueuedCompletionStatusEx> dequeue{
        [](HANDLE port, OVERLAPPED_ENTRY* entries, ULONG length, ULONG* count, DWORD, BOOL alertable) {
            return decltype(dequeue)::real(port, entries, length, count, INFINITE, alertable);
        }};
    Recording recording;
    TestPort port{recording, oneRunning(kWorkers)};
    for (std::uint64_t token = 0; token < 100; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    EXPECT_EQ(0u, packetsOfNoOperation);
    port.end();
    EXPECT_EQ(kWorkers, packetsOfNoOperation);
    EXPECT_EQ(100u, recording.count());
}

}  // namespace
}  // namespace iocp4j
