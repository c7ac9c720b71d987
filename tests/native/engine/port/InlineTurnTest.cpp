#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <span>
#include <vector>

#include "../../fixtures/Simulation.h"
#include "engine/operation/InlineBudget.h"

namespace iocp4j {
namespace {

using namespace test;

// A listener that starts operations until one does not complete inline, which never happens without a limit.
TEST(InlineTurnTest, WorkerGoesBackToThePort) {
    constexpr std::uint64_t kGreedy = 1;
    constexpr std::uint64_t kModest = 2;
    SimulatedKernel kernel{std::chrono::milliseconds{10}};
    Request greedyRequest;
    greedyRequest.answer = Request::Answer::kSucceeds;
    greedyRequest.bytes = 1;
    std::atomic<bool> modestCame{false};
    std::uint64_t inARow = 0;
    std::uint64_t mostInARow = 0;
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            if (record.token == kModest) {
                modestCame = true;
                continue;
            }
            inARow = 0;
            // Bounded here, too, so that the test fails instead of hanging.
            while (!modestCame && inARow < 10'000) {
                const auto next = read(record.key, kGreedy, greedyRequest);
                if (!next || !isInline(*next)) {
                    break;
                }
                ++inARow;
            }
            mostInARow = std::max(mostInARow, inARow);
        }
    };
    CompletionPort::Settings settings = portSettings(1);
    settings.concurrency = 1;
    TestPort port{recording, settings};
    const Device::Key greedy = pipe(port, kernel);
    const Device::Key modest = pipe(port, kernel);
    ASSERT_EQ(
        0u, Share<Device> { greedy } -> completeInline());
    Request modestRequest;
    ASSERT_TRUE(read(modest, kModest, modestRequest));
    // The first operation comes through the port, on the worker.
    ASSERT_TRUE(port->post(greedy, 0, kGreedy));
    ASSERT_TRUE(recording.waitForCount(100)) << "the greedy device does not continue";
    ASSERT_TRUE(kernel.complete(modestRequest));
    EXPECT_TRUE(waitFor([&] { return modestCame.load(); })) << "it never completes";
    port.end();
    EXPECT_GE(mostInARow, 1u);
    EXPECT_LE(mostInARow, InlineBudget::kMost);
}

// Three connections that are always ready: the first one of the batch leaves the others their budget.
TEST(InlineTurnTest, EachDeviceOfABatchHasItsPart) {
    constexpr std::uint64_t kStart = 1;
    constexpr std::size_t kDevices = 3;
    SimulatedKernel kernel;
    Request request;
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 1;
    Turnstile turnstile;
    Recording recording;
    std::vector<std::uint32_t> inARow;
    std::size_t together = 0;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == kStart) {
            together = records.size();
            for (const CompletionRecord& record : records) {
                inARow.push_back(0);
                while (inARow.back() < 1'000 && isInline(*read(record.key, 2, request))) {
                    ++inARow.back();
                }
            }
        } else if (records.front().token == 0) {
            turnstile.pass();
        }
    };
    CompletionPort::Settings settings = portSettings(1);
    settings.concurrency = 1;
    TestPort port{recording, settings};
    ASSERT_TRUE(port->post(0, 0, 0));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    for (std::size_t i = 0; i < kDevices; ++i) {
        const Device::Key device = pipe(port, kernel);
        ASSERT_EQ(
            0u, Share<Device> { device } -> completeInline());
        ASSERT_TRUE(port->post(device, 0, kStart));
    }
    turnstile.open();
    EXPECT_TRUE(recording.waitForCount(1 + 2 * kDevices)) << "the last ones are beyond the budget";
    EXPECT_EQ(kDevices, together);
    EXPECT_EQ(kDevices, inARow.size());
    for (const std::uint32_t times : inARow) {
        EXPECT_GE(times, 1u);
        EXPECT_LE(times, InlineBudget::kMost);
    }
}

// Two devices in turns, as in a proxy.
TEST(InlineTurnTest, BoundsDevicesThatTakeTurns) {
    SimulatedKernel kernel;
    Request request;
    request.answer = Request::Answer::kSucceeds;
    request.bytes = 1;
    Recording recording;
    Device::Key devices[2] = {};
    std::atomic<std::uint32_t> inARow{0};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().opcode == Opcode::kPost) {
            while (inARow < 1'000 && isInline(*read(devices[inARow % 2], 2, request))) {
                ++inARow;
            }
        }
    };
    CompletionPort::Settings settings = portSettings(1);
    settings.concurrency = 1;
    TestPort port{recording, settings};
    for (Device::Key& device : devices) {
        device = pipe(port, kernel);
        ASSERT_EQ(
            0u, Share<Device> { device } -> completeInline());
    }
    ASSERT_TRUE(port->post(0, 0, 1));
    EXPECT_TRUE(recording.waitForCount(2));
    EXPECT_GE(inARow.load(), 2u);
    EXPECT_LE(inARow.load(), settings.batch);
}

TEST(InlineTurnTest, CompletionsThroughThePortUseNoBudget) {
    constexpr std::uint64_t kStart = 1;
    SimulatedKernel kernel;
    Request empty;
    empty.answer = Request::Answer::kSucceeds;
    Request full;
    full.answer = Request::Answer::kSucceeds;
    full.bytes = 1;
    Recording recording;
    std::atomic<std::uint32_t> inARow{0};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token != kStart) {
            return;
        }
        const Device::Key device = records.front().key;
        for (std::uint64_t token = 100; token < 150; ++token) {
            EXPECT_FALSE(isInline(*read(device, token, empty)));
        }
        while (inARow < 1'000 && isInline(*read(device, 2, full))) {
            ++inARow;
        }
    };
    CompletionPort::Settings settings = portSettings(1);
    settings.concurrency = 1;
    TestPort port{recording, settings};
    const Device::Key device = pipe(port, kernel);
    ASSERT_EQ(
        0u, Share<Device> { device } -> completeInline());
    ASSERT_TRUE(port->post(device, 0, kStart));
    EXPECT_TRUE(recording.waitForCount(52)) << "including the one beyond the budget";
    EXPECT_GE(inARow.load(), 2u);
}

}  // namespace
}  // namespace iocp4j
