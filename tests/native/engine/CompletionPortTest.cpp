#include "engine/CompletionPort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "../fixtures/Census.h"
#include "../fixtures/Concurrently.h"
#include "../fixtures/FakeCall.h"
#include "../fixtures/Recording.h"
#include "../fixtures/ScriptedDevice.h"
#include "../fixtures/TestPort.h"
#include "../fixtures/Turnstile.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr auto kPortClosed = code(Refusal::kPortClosed);

// Whether the number of threads falls back to what it was. A thread is counted for a moment longer than it runs.
bool threadsFallTo(unsigned count) {
    return waitFor([&] { return threadCount() <= count; });
}

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
    TestPort port{recording, settings(1)};
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
    TestPort port{recording, settings(1, 2'000)};
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
    TestPort port{recording, settings(1, 4)};
    ASSERT_TRUE(port->post(0, 0, 0));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    for (std::uint64_t token = 1; token <= 4; ++token) {
        ASSERT_TRUE(port->post(0, 0, token)) << "the place of the one that is being delivered is free";
    }
    EXPECT_EQ(code(Refusal::kOperationLimit), port->post(0, 0, 5).error());
    EXPECT_EQ(4u, port->operations().inFlight());
    EXPECT_EQ(4u, port->operations().ceiling());
    turnstile.open();
    ASSERT_TRUE(recording.waitForCount(5));
    EXPECT_TRUE(port.waitUntilIdle());
    EXPECT_TRUE(port->post(0, 0, 6));
    ASSERT_TRUE(recording.waitForCount(6));
    EXPECT_TRUE(recording.recordsOf(5).empty());
}

TEST(CompletionPortTest, OnePlaceIsEnoughForAListenerThatPostsAgain) {
    constexpr std::uint64_t kLast = 500;
    Recording recording;
    std::atomic<int> refused{0};
    TestPort* again = nullptr;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.back().token < kLast) {
            refused += !(*again)->post(0, 0, records.back().token + 1);
        }
    };
    TestPort port{recording, settings(1, 1)};
    again = &port;
    ASSERT_TRUE(port->post(0, 0, 0));
    EXPECT_TRUE(recording.waitForCount(kLast + 1));
    EXPECT_EQ(0, refused.load());
}

// --- Settings, workers and batches ----------------------------------------------------------------------------------

TEST(CompletionPortTest, DefaultsFollowTheProcessors) {
    const unsigned processors = ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
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
    TestPort{recording, settings(1)}.end();
    Recording recordingOfTwo;
    CompletionPort::Settings two = settings(1);
    two.concurrency = 2;
    TestPort{recordingOfTwo, two}.end();
    EXPECT_EQ((std::vector<DWORD>{0, 2}), asked);
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
    TestPort port{recording, settings(2)};
    EXPECT_EQ((std::set<std::wstring>{L"test-worker-0", L"test-worker-1"}), names);
}

TEST(CompletionPortTest, FillsABatchUpToItsCeiling) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, settings(1)};
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
    EXPECT_EQ(4u, port->snapshot().batches);
    EXPECT_EQ(41u, port->snapshot().completions);
}

TEST(CompletionPortTest, WorkersShareTheBatch) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    CompletionPort::Settings shared = settings(4);
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
    EXPECT_EQ(32u, recording.largestBatch.load()) << "half of it, for two may run";
}

TEST(CompletionPortTest, ListenerThatBlocksKeepsNobodyElse) {
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
    CompletionPort::Settings given = settings(3, 64);
    given.concurrency = 2;
    TestPort port{recording, given};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    ASSERT_TRUE(port.read(device, 2, nullptr, 0));
    ASSERT_TRUE(port->post(0, 0, 3));
    ASSERT_EQ(0u, recording.waitForToken(3).status);
    ASSERT_TRUE(waitFor([&] { return port->snapshot().operationsInFlight == 2; }));
    const CompletionPort::Snapshot snapshot = port->snapshot();
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
    unsigned threads = 0;
    unsigned handles = 0;
    for (int round = 0; round < 6; ++round) {
        if (round == 1) {  // what the first round leaves behind is made once per process
            ASSERT_TRUE(waitFor([&] {
                const unsigned last = std::exchange(threads, threadCount());
                return last == threads;
            }));
            handles = handleCount();
        }
        Recording recording;
        TestPort port{recording, settings(4)};
        ASSERT_TRUE(port->post(0, 0, 1));
        ASSERT_TRUE(recording.waitForCount(1));
    }
    EXPECT_TRUE(threadsFallTo(threads)) << threadCount() << " threads where there were " << threads;
    EXPECT_TRUE(waitFor([&] { return handleCount() <= handles; }))
        << handleCount() << " handles where there were " << handles;
}

TEST(CompletionPortTest, ClosedPortRefusesEverything) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, settings(1)};
    ASSERT_TRUE(port->post(0, 0, 1));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    port.close();
    EXPECT_EQ(kPortClosed, port->post(0, 0, 2).error());
    EXPECT_EQ(kPortClosed,
              port->add(std::make_unique<ScriptedDevice>(*port, kernel, &ScriptedDevice::pends)).error());
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
    EXPECT_TRUE(other->post(0, 0, 1)) << "the next port is not meant";
}

TEST(CompletionPortTest, DeliversEverythingThatWasPostedBeforeItWasClosed) {
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, settings(2, 5'000)};
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
        TestPort port{recording, settings(3, 4'000)};
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
                oddRefusals += posted.error() != 0 && posted.error() != code(Refusal::kOperationLimit);
            }
        });
        EXPECT_EQ(0, oddRefusals.load());
        ASSERT_TRUE(recording.waitForCount(accepted.load()));
        std::vector<std::uint64_t> tokens = tokensOf(recording);
        std::sort(tokens.begin(), tokens.end());
        EXPECT_EQ(tokens.end(), std::unique(tokens.begin(), tokens.end())) << "something came twice";
        EXPECT_EQ(accepted.load(), tokens.size());
    }
}

TEST(CompletionPortTest, PortsDoNotMix) {
    constexpr unsigned kPorts = 4;
    constexpr std::uint64_t kPosts = 300;
    Recording recordings[kPorts];
    std::vector<std::unique_ptr<TestPort>> ports;
    for (Recording& recording : recordings) {
        ports.push_back(std::make_unique<TestPort>(recording, settings(2, 1'000)));
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
    EXPECT_TRUE((*ports.back())->post(0, 0, 0)) << "the end of one is nothing to the others";
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
            EXPECT_TRUE(CompletionPort::awaitClosed(port.key(), patienceEnds()));
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
        // It cannot end before this listener returns, so there is no waiting for it.
        waited += CompletionPort::awaitClosed(key, Worker::deadlineIn(std::chrono::hours{1}));
    };
    TestPort port{recording};
    key = port.key();
    ASSERT_TRUE(port->post(0, 0, 1));
    EXPECT_TRUE(CompletionPort::awaitClosed(key, patienceEnds()));
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
    EXPECT_TRUE(CompletionPort::awaitClosed(key, patienceEnds()));
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
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
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
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, CompletionPort::open(settings(), recording.sink()).error());
    EXPECT_TRUE(recording.ended.load());
    EXPECT_EQ(0u, recording.started.load());
}

TEST(CompletionPortTest, IsNotOpenedWithAWorkerMissing) {
    unsigned threads = 0;
    unsigned handles = 0;
    for (int round = 0; round < 4; ++round) {
        if (round == 1) {
            ASSERT_TRUE(waitFor([&] {
                const unsigned last = std::exchange(threads, threadCount());
                return last == threads;
            }));
            handles = handleCount();
        }
        for (const std::set<unsigned>& missing :
             {std::set<unsigned>{0}, std::set<unsigned>{2}, std::set<unsigned>{0, 1, 2}}) {
            Recording recording;
            recording.onStarted = [&](unsigned worker) { return !missing.contains(worker); };
            EXPECT_EQ(code(Refusal::kOutOfMemory), CompletionPort::open(settings(3), recording.sink()).error());
            ASSERT_TRUE(waitFor([&] { return recording.ended.load(); })) << "there is no key to close it with";
            EXPECT_EQ(3 - missing.size(), recording.started.load());
            EXPECT_EQ(recording.started.load(), recording.stopped.load());
            EXPECT_EQ(0, recording.violations.load());
        }
    }
    EXPECT_TRUE(threadsFallTo(threads)) << threadCount() << " threads where there were " << threads;
    EXPECT_TRUE(waitFor([&] { return handleCount() <= handles; }))
        << handleCount() << " handles where there were " << handles;
}

// --- Devices in general ---------------------------------------------------------------------------------------------

TEST(CompletionPortTest, WhatADeviceCannotDoIsACompletionWithAnError) {
    Recording recording;
    TestPort port{recording};
    const auto device = port->add(std::make_unique<Device>(*port, L"plain", win32::Handle{}));
    ASSERT_TRUE(device);
    int pin = 0;
    ASSERT_TRUE(port.read(*device, 1, nullptr, 0, &pin));
    ASSERT_TRUE(port.write(*device, 2, nullptr, 0));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording.waitForToken(1).status);
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording.waitForToken(2).status);
    EXPECT_EQ(Opcode::kRead, recording.waitForToken(1).opcode);
    EXPECT_EQ(Opcode::kWrite, recording.waitForToken(2).opcode);
    EXPECT_EQ(*device, recording.waitForToken(1).key);
    EXPECT_EQ((std::vector<void*>{&pin}), recording.unpinned());
}

TEST(CompletionPortTest, GivesBackThePinBeforeTheListenerHears) {
    PortHandle kernel;
    Recording recording;
    std::atomic<std::size_t> unpinnedBefore{99};
    recording.onDelivery = [&](unsigned, auto) { unpinnedBefore = recording.unpinned().size(); };
    TestPort port{recording, settings(1, 1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    int pin = 0;
    int refusedPin = 0;
    ASSERT_TRUE(port.read(device, 1, nullptr, 0, &pin));
    EXPECT_EQ(code(Refusal::kOperationLimit), port.read(device, 2, nullptr, 0, &refusedPin).error());
    EXPECT_TRUE(recording.unpinned().empty());
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1u, unpinnedBefore.load());
    EXPECT_EQ((std::vector<void*>{&pin}), recording.unpinned()) << "on refusal it stays the caller's";
}

TEST(CompletionPortTest, DeviceIsKeptUntilTheListenerHasSeenItsLastCompletion) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    Device::close(device);
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    EXPECT_FALSE(Share<Device>{device}) << "closed for everybody";
    EXPECT_EQ(code(Refusal::kDeviceClosed), port.read(device, 2, nullptr, 0).error());
    EXPECT_FALSE(recording.isClosed(device)) << "but not gone";
    EXPECT_FALSE(Device::awaitClosed(device, std::chrono::steady_clock::now()));
    turnstile.open();
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_TRUE(recording.isClosed(device));
}

TEST(CompletionPortTest, DeviceCanBeClosedByTheListener) {
    PortHandle kernel;
    Recording recording;
    std::atomic<int> waited{0};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        const Device::Key device = records.front().key;
        Device::close(device);
        Device::close(device);
        waited += Device::awaitClosed(device, Worker::deadlineIn(std::chrono::hours{1}));
    };
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(
        *port, kernel, [](ScriptedDevice&, Operation&) { return Started::over(ERROR_NOT_READY); });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_EQ(0, waited.load());
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
}

TEST(CompletionPortTest, DeviceMayKeepACompletionToItself) {
    class Discreet : public Device {
    public:
        using Device::Device;
        bool completed(CompletionRecord& record) noexcept override {
            record.detail = 4711;
            return record.token % 2 == 0;
        }
    };
    Recording recording;
    TestPort port{recording, settings(1)};
    const auto device = port->add(std::make_unique<Discreet>(*port, L"discreet", win32::Handle{}));
    ASSERT_TRUE(device);
    for (std::uint64_t token = 0; token < 60; ++token) {
        ASSERT_TRUE(port.read(*device, token, nullptr, 0));
    }
    ASSERT_TRUE(recording.waitForCount(30));
    EXPECT_TRUE(closed(*device));
    EXPECT_EQ(30u, recording.count());
    for (const CompletionRecord& record : recording.records()) {
        EXPECT_EQ(0u, record.token % 2);
        EXPECT_EQ(4711u, record.detail);
    }
}

TEST(CompletionPortTest, RemindsADeviceOnceForEachRequestAndNotAfterItsEnd) {
    struct Calls {
        std::atomic<int> reminded{0};
    } calls;
    class Forgetful : public Device {
    public:
        Forgetful(CompletionPort& port, Calls& to) noexcept : Device(port, L"forgetful", win32::Handle{}), to_(to) {}
        void reminded() noexcept override { ++to_.reminded; }

    private:
        Calls& to_;
    };
    Recording recording;
    TestPort port{recording};
    const auto kept = port->add(std::make_unique<Forgetful>(*port, calls));
    const auto gone = port->add(std::make_unique<Forgetful>(*port, calls));
    ASSERT_TRUE(kept && gone);
    port->remind(*kept);
    port->remind(*gone);
    EXPECT_TRUE(closed(*gone));
    EXPECT_TRUE(waitFor([&] { return calls.reminded == 1; }));
    port->remind(*kept);
    EXPECT_TRUE(waitFor([&] { return calls.reminded == 2; }));
}

// A device that fails to have what it wants under load asks often. That must not put off the reminder for ever.
TEST(CompletionPortTest, RemindsADeviceThoughOthersAskAllTheTime) {
    std::atomic<int> reminded{0};
    class Counting : public Device {
    public:
        Counting(CompletionPort& port, std::atomic<int>& to) noexcept
            : Device(port, L"counting", win32::Handle{}), to_(to) {}
        void reminded() noexcept override { ++to_; }

    private:
        std::atomic<int>& to_;
    };
    Recording recording;
    TestPort port{recording};
    const auto device = port->add(std::make_unique<Counting>(*port, reminded));
    ASSERT_TRUE(device);
    int asked = 0;
    EXPECT_TRUE(waitFor([&] {
        if (++asked < 5'000) {
            port->remind(*device);
        }
        return reminded > 0;
    }));
    EXPECT_LT(asked, 5'000) << "reminded only when nobody asked any more";
}

// --- Packets that are none of ours ----------------------------------------------------------------------------------

class ForeignPacketTest : public ::testing::Test {
protected:
    // Posts what anybody in the process may post, and returns when the only worker has looked at it.
    void forge(std::uint64_t key, const void* overlapped, std::uint32_t bytes = 777) {
        auto* pointer = static_cast<OVERLAPPED*>(const_cast<void*>(overlapped));
        ASSERT_EQ(0u, port_->kernel().post(bytes, key, pointer));
        pause();
    }

    // Returns when the only worker has looked at everything that was posted before.
    void pause() {
        ASSERT_TRUE(port_->post(0, 0, ++sentinel_));
        ASSERT_EQ(0u, recording_.waitForToken(sentinel_).status);
        ++sentinels_;
    }

    static const void* misplaced(const Operation* operation, std::ptrdiff_t bytes) {
        return reinterpret_cast<const char*>(operation) + bytes;
    }

    PortHandle kernel_;
    Recording recording_;
    TestPort port_{recording_, settings(1)};
    std::uint64_t sentinel_ = 1'000'000;
    std::size_t sentinels_ = 0;
};

TEST_F(ForeignPacketTest, IsCountedAndNothingElse) {
    const Device::Key device = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    const Device::Key other = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    const Device::Key gone = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    ASSERT_TRUE(closed(gone));
    const Share<Device> share{device};
    auto& scripted = static_cast<ScriptedDevice&>(*share);

    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    ASSERT_TRUE(port_.read(device, 2, nullptr, 0));
    Operation* pending = scripted.next();
    Operation* free = scripted.next();
    scripted.complete(*free, kStatusSuccess, 0);
    ASSERT_EQ(0u, recording_.waitForToken(2).status);
    // The sentinels use a place, too, and not the one that is to stay free.
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
        misplaced(pending, 200 * std::ptrdiff_t{sizeof(Operation)}),   // not yet made
        misplaced(pending, 4096 * std::ptrdiff_t{sizeof(Operation)}),  // behind the end
    };
    std::uint64_t forged = 0;
    for (const std::uint64_t key : keys) {
        for (const void* pointer : pointers) {
            forge(key, pointer);
            EXPECT_EQ(++forged, port_.foreignPackets()) << std::hex << key << ' ' << pointer;
        }
    }
    EXPECT_EQ(1 + sentinels_, recording_.count()) << "nobody was told of any of them";
    EXPECT_TRUE(recording_.recordsOf(1).empty());

    scripted.complete(*pending, kStatusSuccess, 42);
    EXPECT_EQ(42u, recording_.waitForToken(1).bytes) << "what was in flight is as if nothing had been";
    EXPECT_EQ(1u, recording_.recordsOf(1).size());
    EXPECT_EQ(0, recording_.violations.load());
}

TEST_F(ForeignPacketTest, AddressOfAFreeOperationMeansNothing) {
    const Device::Key device = ScriptedDevice::add(*port_, kernel_, &ScriptedDevice::pends);
    const Share<Device> share{device};
    auto& scripted = static_cast<ScriptedDevice&>(*share);
    ASSERT_TRUE(port_.read(device, 1, nullptr, 0));
    Operation* free = scripted.next();
    scripted.complete(*free, kStatusSuccess, 5);
    ASSERT_EQ(5u, recording_.waitForToken(1).bytes);
    std::uint64_t forged = 0;
    for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, device}) {
        // First in the queue: the sentinel that follows may use that place.
        forge(key, free);
        EXPECT_EQ(++forged, port_.foreignPackets()) << key;
    }
    EXPECT_EQ(1 + sentinels_, recording_.count());
    EXPECT_TRUE(port_.waitUntilIdle());
}

TEST_F(ForeignPacketTest, ExitPacketOfAStrangerEndsNoWorker) {
    for (int i = 0; i < 20; ++i) {
        forge(1, nullptr);
    }
    EXPECT_EQ(0u, recording_.stopped.load());
    EXPECT_EQ(20u, port_.foreignPackets());
}

TEST(ForeignPacketsTest, TwinOfAPostedPacketDeliversItOnce) {
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
    TestPort port{recording, settings(1)};
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

// The address and the key are right, the operation is over: only the packet is a stranger's. It may announce the end,
// but what it says of bytes and status is no more than a stranger's word.
TEST(ForeignPacketsTest, StrangerCannotSayHowAnOperationEnded) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording, settings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    const Share<Device> share{device};
    auto& scripted = static_cast<ScriptedDevice&>(*share);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    Operation* operation = scripted.next();
    scripted.complete(*operation, kStatusSuccess, 1);
    ASSERT_TRUE(turnstile.waitForWaiting(1));

    ASSERT_EQ(0u, port->kernel().post(777, device, operation));
    ASSERT_TRUE(port.read(device, 2, nullptr, 0));
    ASSERT_EQ(operation, scripted.next()) << "the place is used again";
    scripted.complete(*operation, static_cast<NTSTATUS>(0xc000'0011), 5);
    turnstile.open();

    const CompletionRecord record = recording.waitForToken(2);
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, record.status);
    EXPECT_EQ(5u, record.bytes);
    port.end();
    EXPECT_EQ(1u, recording.recordsOf(2).size());
}

}  // namespace
}  // namespace iocp4j
