#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "../../fixtures/Census.h"
#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/Recording.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "engine/lifetime/NoWaitScope.h"
#include "engine/port/CompletionPort.h"
#include "win32/Processors.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr auto kPortClosed = code(EngineError::kPortClosed);

std::vector<std::uint64_t> tokensOf(const Recording& recording) {
    std::vector<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording.records()) {
        tokens.push_back(record.token);
    }
    return tokens;
}

// --- Posts ----------------------------------------------------------------------------------------------------------

TEST(CompletionPortTest, DeliversPostsAsTheyAre) {
    Recording recording;
    TestPort port{recording, portSettings(1)};
    ASSERT_TRUE(port->post(1, 2, 3));
    ASSERT_TRUE(port->post(~std::uint64_t{0}, 0xffff'ffff, ~std::uint64_t{0}));
    ASSERT_TRUE(port->post(0, 0, 0));
    ASSERT_TRUE(recording.waitForCount(3));
    const auto records = recording.records();
    const std::uint64_t keys[] = {1, ~std::uint64_t{0}, 0};
    const std::uint32_t bytes[] = {2, 0xffff'ffff, 0};
    const std::uint64_t tokens[] = {3, ~std::uint64_t{0}, 0};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(keys[i], records[i].key);
        EXPECT_EQ(bytes[i], records[i].bytes);
        EXPECT_EQ(tokens[i], records[i].token);
        EXPECT_EQ(0u, records[i].status);
        EXPECT_EQ(0u, records[i].detail);
        EXPECT_EQ(Opcode::kPost, records[i].opcode);
    }
}

TEST(CompletionPortTest, OneWorkerKeepsTheOrderOfPosts) {
    Recording recording;
    TestPort port{recording, portSettings(1, 2'000)};
    std::vector<std::uint64_t> sent;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        ASSERT_TRUE(port->post(7, 0, i));
        sent.push_back(i);
    }
    ASSERT_TRUE(recording.waitForCount(sent.size()));
    EXPECT_EQ(sent, tokensOf(recording));
    EXPECT_TRUE(port.waitUntilIdle());
}

TEST(CompletionPortTest, RefusesPostsBeyondTheCeilingAndRecovers) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(1, 4)};
    ASSERT_TRUE(port->post(0, 0, 0));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    for (std::uint64_t token = 1; token <= 4; ++token) {
        ASSERT_TRUE(port->post(0, 0, token)) << "the slot of the delivered packet is free";
    }
    EXPECT_EQ(code(EngineError::kOperationLimit), port->post(0, 0, 5).error());
    EXPECT_EQ(4u, port->operations().inFlight());
    EXPECT_EQ(4u, port->operations().ceiling());
    turnstile.open();
    ASSERT_TRUE(recording.waitForCount(5));
    EXPECT_TRUE(port.waitUntilIdle());
    EXPECT_TRUE(port->post(0, 0, 6));
    ASSERT_TRUE(recording.waitForCount(6));
    EXPECT_TRUE(recording.recordsOf(5).empty());
}

TEST(CompletionPortTest, OneSlotIsEnoughForAListenerThatPostsAgain) {
    constexpr std::uint64_t kLast = 500;
    Recording recording;
    std::atomic<int> refused{0};
    TestPort* again = nullptr;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.back().token < kLast) {
            refused += !(*again)->post(0, 0, records.back().token + 1);
        }
    };
    TestPort port{recording, portSettings(1, 1)};
    again = &port;
    ASSERT_TRUE(port->post(0, 0, 0));
    EXPECT_TRUE(recording.waitForCount(kLast + 1));
    EXPECT_EQ(0, refused.load());
}

// --- Settings, workers and batches ----------------------------------------------------------------------------------

TEST(CompletionPortTest, DefaultsFollowTheProcessors) {
    const unsigned processors = win32::usableProcessors();
    const CompletionPort::Settings defaults = CompletionPort::Settings{}.withDefaults();
    EXPECT_EQ(processors, defaults.concurrency);
    EXPECT_EQ(2 * processors + 2, defaults.workers);

    CompletionPort::Settings given;
    given.concurrency = 3;
    given.workers = 5;
    EXPECT_EQ(3u, given.withDefaults().concurrency);
    EXPECT_EQ(5u, given.withDefaults().workers);

    Recording recording;
    CompletionPort::Settings nothing;
    nothing.operations = 16;
    TestPort port{recording, nothing};
    EXPECT_EQ(2 * processors + 2, recording.started.load());
}

TEST(CompletionPortTest, LeavesTheDefaultConcurrencyToWindows) {
    std::vector<DWORD> asked;
    FakeCall<&win32::Calls::createIoCompletionPort> create{
        [&](HANDLE file, HANDLE port, ULONG_PTR key, DWORD concurrency) {
            asked.push_back(concurrency);
            return decltype(create)::real(file, port, key, concurrency);
        }};
    Recording recording;
    CompletionPort::Settings byDefault = portSettings(1);
    byDefault.concurrency = 0;
    TestPort{recording, byDefault}.end();
    Recording recordingOfTwo;
    CompletionPort::Settings two = portSettings(1);
    two.concurrency = 2;
    TestPort{recordingOfTwo, two}.end();
    const DWORD left = win32::affinityIsRestricted() ? win32::usableProcessors() : 0;
    EXPECT_EQ((std::vector<DWORD>{left, 2}), asked);
}

TEST(CompletionPortTest, NamesItsThreads) {
    using GetThreadDescriptionFunction = HRESULT(WINAPI*)(HANDLE, PWSTR*);
    const auto description = reinterpret_cast<GetThreadDescriptionFunction>(
        reinterpret_cast<void*>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), "GetThreadDescription")));
    if (description == nullptr) {
        GTEST_SKIP() << "threads have no names here";
    }
    std::set<std::wstring> names;
    Recording recording;
    recording.onStarted = [&](unsigned) {
        wchar_t* name = nullptr;
        if (SUCCEEDED(description(::GetCurrentThread(), &name))) {
            names.insert(name);
            ::LocalFree(name);
        }
        return true;
    };
    TestPort port{recording, portSettings(2)};
    EXPECT_EQ((std::set<std::wstring>{L"test-worker-0", L"test-worker-1"}), names);
}

TEST(CompletionPortTest, FillsABatchUpToItsCeiling) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(1)};
    ASSERT_TRUE(port->post(0, 0, 0));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    for (std::uint64_t token = 1; token <= 40; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    turnstile.open();
    ASSERT_TRUE(recording.waitForCount(41));
    EXPECT_EQ(16u, recording.largestBatch.load());
    EXPECT_EQ(4u, recording.batches.load()) << "1 + 16 + 16 + 8";
    EXPECT_EQ(16u, port->snapshot().largestBatch);
    EXPECT_EQ(4u, port.batchCount());
    EXPECT_EQ(41u, port->snapshot().completions);
}

TEST(CompletionPortTest, WorkersShareTheBatch) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    CompletionPort::Settings shared = portSettings(4);
    shared.concurrency = 2;
    shared.batch = 64;
    TestPort port{recording, shared};
    for (std::uint64_t token = 0; token < 4; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        if (!turnstile.waitForWaiting(static_cast<unsigned>(token) + 1)) {
            break;
        }
    }
    for (std::uint64_t token = 4; token < 200; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    turnstile.open();
    ASSERT_TRUE(recording.waitForCount(200));
    EXPECT_EQ(32u, recording.largestBatch.load()) << "half of the ceiling, because two workers may run";
}

TEST(CompletionPortTest, BlockedListenerDelaysNoOtherWorker) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == 1) {
            turnstile.pass();
        }
    };
    TestPort port{recording};
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    ASSERT_TRUE(port->post(0, 0, 2));
    EXPECT_EQ(0u, recording.waitForToken(2).status);
    turnstile.open();
}

TEST(CompletionPortTest, SnapshotShowsWhatThereIs) {
    PortHandle kernel;
    Recording recording;
    CompletionPort::Settings given = portSettings(3, 64);
    given.concurrency = 2;
    TestPort port{recording, given};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    ASSERT_TRUE(port.read(device, 2, nullptr, 0));
    ASSERT_TRUE(port->post(0, 0, 3));
    ASSERT_EQ(0u, recording.waitForToken(3).status);
    ASSERT_TRUE(waitFor([&] { return port->snapshot().operationsInFlight == 2; }));
    const PortSnapshot snapshot = port->snapshot();
    EXPECT_EQ(2u, snapshot.concurrency);
    EXPECT_EQ(3u, snapshot.workers);
    EXPECT_EQ(16u, snapshot.batchCeiling);
    EXPECT_EQ(64u, snapshot.operationCeiling);
    EXPECT_EQ(1u, snapshot.completions);
    EXPECT_EQ(0u, snapshot.foreignPackets);
    ASSERT_EQ(1u, snapshot.devices.size());
    EXPECT_EQ(device, snapshot.devices[0].key);
    EXPECT_EQ(2u, snapshot.devices[0].inFlight);
    EXPECT_TRUE(closed(device));
    EXPECT_TRUE(port->snapshot().devices.empty());
}

// --- Opening and closing --------------------------------------------------------------------------------------------

TEST(CompletionPortTest, EndsItsThreadsAndHandles) {
    EXPECT_TRUE(leavesNothing([](unsigned) {
        for (int round = 0; round < 3; ++round) {
            Recording recording;
            TestPort port{recording, portSettings(4)};
            ASSERT_TRUE(port->post(0, 0, 1));
            ASSERT_TRUE(recording.waitForCount(1));
        }
    }));
}

TEST(CompletionPortTest, ClosedPortRefusesEverything) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(1)};
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    port.close();
    EXPECT_EQ(kPortClosed, port->post(0, 0, 2).error());
    EXPECT_EQ(kPortClosed, port->add(std::make_unique<ScriptedDevice>(*port, kernel, &ScriptedDevice::pends)).error());
    EXPECT_FALSE(CompletionPort::awaitClosed(port.key(), std::chrono::steady_clock::now()))
        << "the listener is still busy";
    turnstile.open();
    port.end();
    EXPECT_EQ((std::vector<std::uint64_t>{1}), tokensOf(recording));
}

TEST(CompletionPortTest, KeyOfAnEndedPortOpensNothing) {
    Recording recording;
    TestPort port{recording};
    const CompletionPort::Key key = port.key();
    port.end();
    EXPECT_FALSE(Share<CompletionPort>{key});
    CompletionPort::close(key);
    EXPECT_TRUE(CompletionPort::awaitClosed(key, std::chrono::steady_clock::now()));
    Recording next;
    TestPort other{next};
    EXPECT_NE(key, other.key());
    CompletionPort::close(key);
    EXPECT_TRUE(other->post(0, 0, 1)) << "the next port is not affected";
}

TEST(CompletionPortTest, DeliversEverythingThatWasPostedBeforeItWasClosed) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, portSettings(2, 5'000)};
    for (std::uint64_t token = 0; token < 4'000; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
    }
    port.close();
    turnstile.open();
    port.end();
    std::vector<std::uint64_t> tokens = tokensOf(recording);
    std::sort(tokens.begin(), tokens.end());
    EXPECT_EQ(tokens.end(), std::unique(tokens.begin(), tokens.end()));
    EXPECT_EQ(4'000u, tokens.size());
}

TEST(CompletionPortTest, LosesNothingWhenItIsClosedWhileThreadsPost) {
    for (int round = 0; round < 5; ++round) {
        Recording recording;
        TestPort port{recording, portSettings(3, 4'000)};
        std::atomic<std::uint64_t> accepted{0};
        std::atomic<int> oddRefusals{0};
        const Share<CompletionPort> share{port.key()};
        concurrently(5, [&](unsigned thread) {
            if (thread == 0) {
                (void)recording.waitForCount(400);
                port.close();
                return;
            }
            for (std::uint64_t i = 0;; ++i) {
                const auto posted = share->post(0, 0, (std::uint64_t{thread} << 32) | i);
                accepted += posted.error() == 0;
                if (posted.error() == kPortClosed) {
                    return;
                }
                oddRefusals += posted.error() != 0 && posted.error() != code(EngineError::kOperationLimit);
            }
        });
        EXPECT_EQ(0, oddRefusals.load());
        ASSERT_TRUE(recording.waitForCount(accepted.load()));
        std::vector<std::uint64_t> tokens = tokensOf(recording);
        std::sort(tokens.begin(), tokens.end());
        EXPECT_EQ(tokens.end(), std::unique(tokens.begin(), tokens.end())) << "a packet was delivered twice";
        EXPECT_EQ(accepted.load(), tokens.size());
    }
}

TEST(CompletionPortTest, PortsDoNotMix) {
    constexpr unsigned kPorts = 4;
    constexpr std::uint64_t kPosts = 300;
    Recording recordings[kPorts];
    std::vector<std::unique_ptr<TestPort>> ports;
    for (Recording& recording : recordings) {
        ports.push_back(std::make_unique<TestPort>(recording, portSettings(2, 1'000)));
    }
    concurrently(kPorts, [&](unsigned thread) {
        for (std::uint64_t i = 0; i < kPosts; ++i) {
            for (unsigned target = 0; target < kPorts; ++target) {
                EXPECT_TRUE((*ports[target])->post(target, thread, i));
            }
        }
    });
    for (unsigned target = 0; target < kPorts; ++target) {
        ASSERT_TRUE(recordings[target].waitForCount(kPorts * kPosts));
        for (const CompletionRecord& record : recordings[target].records()) {
            EXPECT_EQ(target, record.key);
        }
    }
    ports.erase(ports.begin() + 1);
    EXPECT_TRUE((*ports.back())->post(0, 0, 0)) << "the end of one port does not affect the others";
}

TEST(CompletionPortTest, CanBeClosedTwice) {
    Recording recording;
    TestPort port{recording};
    port.close();
    port.close();
    port.end();
    CompletionPort::close(port.key());
}

TEST(CompletionPortTest, CanBeClosedByManyThreadsAtOnce) {
    for (int round = 0; round < 20; ++round) {
        Recording recording;
        TestPort port{recording};
        ASSERT_TRUE(port->post(0, 0, 1));
        concurrently(4, [&](unsigned) {
            port.close();
            EXPECT_TRUE(CompletionPort::awaitClosed(port.key(), deadline()));
        });
        port.end();
        EXPECT_EQ(1u, recording.count());
    }
}

TEST(CompletionPortTest, CanBeClosedByTheListener) {
    Recording recording;
    CompletionPort::Key key = 0;
    std::atomic<int> waited{0};
    recording.onDelivery = [&](unsigned, auto) {
        CompletionPort::close(key);
        // The port cannot end before this listener returns, so awaitClosed() must not wait.
        waited += CompletionPort::awaitClosed(key, NoWaitScope::deadlineIn(std::chrono::hours{1}));
    };
    TestPort port{recording};
    key = port.key();
    ASSERT_TRUE(port->post(0, 0, 1));
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
    port.end();
    EXPECT_EQ(0, waited.load());
    EXPECT_EQ(1u, recording.count());
}

TEST(CompletionPortTest, CanBeClosedByTheListenerOfAnother) {
    Recording recordingOfFirst;
    Recording recordingOfSecond;
    TestPort first{recordingOfFirst};
    const CompletionPort::Key key = first.key();
    recordingOfSecond.onDelivery = [&](unsigned, auto) { CompletionPort::close(key); };
    TestPort second{recordingOfSecond};
    ASSERT_TRUE(first->post(0, 0, 1));
    ASSERT_TRUE(second->post(0, 0, 2));
    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
    first.end();
    EXPECT_EQ(1u, recordingOfFirst.count());
}

TEST(CompletionPortTest, ClosesItsDevices) {
    PortHandle kernel;
    Recording recording;
    TestPort port{recording};
    std::vector<Device::Key> devices;
    for (int i = 0; i < 5; ++i) {
        devices.push_back(ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends));
        ASSERT_TRUE(port.read(devices.back(), 1, nullptr, 0));
        ASSERT_TRUE(port.read(devices.back(), 1, nullptr, 0));
    }
    port.end();
    EXPECT_EQ(10u, recording.recordsOf(1).size());
    for (const CompletionRecord& record : recording.recordsOf(1)) {
        EXPECT_EQ(kHandlesClosed, record.status);
    }
    for (const Device::Key device : devices) {
        EXPECT_TRUE(recording.isClosed(device));
        EXPECT_FALSE(Share<Device>{device});
    }
}

TEST(CompletionPortTest, SaysWhyItCannotBeOpened) {
    Recording recording;
    FakeCall<&win32::Calls::createIoCompletionPort> create{[](HANDLE, HANDLE, ULONG_PTR, DWORD) -> HANDLE {
        ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
        return nullptr;
    }};
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, CompletionPort::open(portSettings(), recording.sink()).error());
    EXPECT_TRUE(recording.ended.load());
    EXPECT_EQ(0u, recording.started.load());
}

TEST(CompletionPortTest, IsNotOpenedWithAWorkerMissing) {
    EXPECT_TRUE(leavesNothing([](unsigned) {
        for (const std::set<unsigned>& missing :
             {std::set<unsigned>{0}, std::set<unsigned>{2}, std::set<unsigned>{0, 1, 2}}) {
            Recording recording;
            recording.onStarted = [&](unsigned worker) { return !missing.contains(worker); };
            EXPECT_EQ(code(EngineError::kOutOfMemory), CompletionPort::open(portSettings(3), recording.sink()).error());
            ASSERT_TRUE(waitFor([&] { return recording.ended.load(); })) << "the test has no key to close it";
            EXPECT_EQ(3 - missing.size(), recording.started.load());
            EXPECT_EQ(recording.started.load(), recording.stopped.load());
            EXPECT_EQ(0, recording.violations.load());
        }
    }));
}

}  // namespace
}  // namespace iocp4j
