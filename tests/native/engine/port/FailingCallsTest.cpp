// Failures that are rare on Windows: of associating a device, posting and dequeuing.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/Recording.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "devices/pipe/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr int kForEver = 1'000'000'000;

// PostQueuedCompletionStatus fails a given number of times. The reserve still works.
class FailingPosts {
public:
    void fail(int times) noexcept { left_ = times; }
    int failed() const noexcept { return failed_; }
    void exhaustReserve() noexcept { hasReserve_ = false; }
    ULONG_PTR lastKey() const noexcept { return lastKey_; }  // of the last operation's packet

private:
    std::atomic<int> left_{0};
    std::atomic<int> failed_{0};
    std::atomic<ULONG_PTR> lastKey_{0};
    std::atomic<bool> hasReserve_{true};
    FakeCall<&win32::Calls::postQueuedCompletionStatus> post_{
        [this](HANDLE port, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) -> BOOL {
            if (overlapped != nullptr) {
                lastKey_ = key;
            }
            if (left_.fetch_sub(1) > 0) {
                ++failed_;
                return failing(ERROR_NO_SYSTEM_RESOURCES);
            }
            left_ = 0;
            return decltype(post_)::real(port, bytes, key, overlapped);
        }};
    FakeCall<&win32::Calls::allocatePacketReserve> reserve_{
        [] { return ::CreateEventW(nullptr, FALSE, FALSE, nullptr); }};
    FakeCall<&win32::Calls::postReservedPacket> postReserved_{[this](HANDLE port, HANDLE, ULONG_PTR key) {
        return hasReserve_ ? decltype(post_)::real(port, 0, key, nullptr) : failing(ERROR_NO_SYSTEM_RESOURCES);
    }};
};

Started fails(ScriptedDevice&, Operation&) { return Started::over(ERROR_NOT_READY); }

// --- Packets that cannot be posted ----------------------------------------------------------------------------------

TEST(FailingPostTest, OperationThatHasEndedAtOnceIsDeliveredLater) {
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    posts.fail(1);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0)) << "the operation is accepted";
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
    EXPECT_EQ(1, posts.failed());
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1u, recording.count());
}

TEST(FailingPostTest, ManyOperationsAreDeliveredLaterEachOnce) {
    constexpr std::uint64_t kMany = 100;  // more than one batch
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    posts.fail(kForEver);
    for (std::uint64_t token = 0; token < kMany; ++token) {
        ASSERT_TRUE(port.read(device, token, nullptr, 0));
    }
    ASSERT_TRUE(recording.waitForCount(kMany)) << "although posts still fail";
    EXPECT_LE(int{kMany}, posts.failed());
    EXPECT_TRUE(port.waitUntilIdle());
    posts.fail(0);
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(kMany, recording.count());
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording.records()) {
        tokens.insert(record.token);
        EXPECT_EQ(DWORD{ERROR_NOT_READY}, record.status);
    }
    EXPECT_EQ(kMany, tokens.size());
}

TEST(FailingPostTest, EverySecondFailureLosesNothing) {
    constexpr std::uint64_t kMany = 200;
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    concurrently(2, [&](unsigned thread) {
        for (std::uint64_t i = 0; i < kMany; ++i) {
            posts.fail(static_cast<int>(i % 2));
            EXPECT_TRUE(waitFor([&] { return bool{port.read(device, thread * kMany + i, nullptr, 0)}; }));
        }
    });
    posts.fail(0);
    ASSERT_TRUE(recording.waitForCount(2 * kMany));
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(2 * kMany, recording.count());
}

TEST(FailingPostTest, PostOfACallersOwnIsRefused) {
    FailingPosts posts;
    Recording recording;
    TestPort port{recording, portSettings(1, 2)};
    posts.fail(3);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, port->post(0, 0, 1).error());
    }
    EXPECT_EQ(0u, port->operations().inFlight());
    EXPECT_TRUE(port->post(0, 0, 2));
    EXPECT_TRUE(port->post(0, 0, 3)) << "refused packets use no slot";
    EXPECT_TRUE(recording.waitForCount(2));
    port.end();
    EXPECT_TRUE(recording.recordsOf(1).empty());
}

TEST(FailingPostTest, PortEndsThoughNoExitPacketCanBePosted) {
    for (const int times : {1, kForEver}) {
        FailingPosts posts;
        Recording recording;
        TestPort port{recording, portSettings(3)};
        ASSERT_TRUE(port->post(0, 0, 1));
        ASSERT_TRUE(recording.waitForCount(1));
        posts.fail(times);
        port.end();
        EXPECT_LE(1, posts.failed());
    }
}

TEST(FailingPostTest, PortEndsWithOperationsThatCouldNotBePosted) {
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    posts.fail(kForEver);
    for (std::uint64_t token = 0; token < 40; ++token) {
        ASSERT_TRUE(port.read(device, token, nullptr, 0));
    }
    port.end();
    EXPECT_EQ(40u, recording.count());
    EXPECT_TRUE(recording.isClosed(device));
}

TEST(FailingPostTest, OperationWhosePacketCameTooEarlyIsDeliveredLater) {
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        self.complete(operation, kStatusSuccess, 9);
        pause(port, recording);
        posts.fail(1);
        return Started::pending();
    });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    EXPECT_EQ(9u, recording.waitForToken(1).bytes);
    EXPECT_EQ(1, posts.failed());
}

// A forged packet claims the operation whose post has failed, while it is on the list of deferred operations. It must
// stay in the list, because the slot's next operation would otherwise take the others off.
TEST(FailingPostTest, ForgedPacketCannotClaimADeferredOperation) {
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    Device::Key device = 0;
    TestPort* used = nullptr;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            if (record.token == 2) {
                EXPECT_TRUE(used->read(device, 3, nullptr, 0));
            }
        }
    };
    TestPort port{recording, portSettings(1)};
    used = &port;
    std::vector<Operation*> operations;
    device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice&, Operation& operation) {
        operations.push_back(&operation);
        return Started::over(ERROR_NOT_READY);
    });
    pause(port, recording);
    posts.exhaustReserve();
    posts.fail(kForEver);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    ASSERT_TRUE(port.read(device, 2, nullptr, 0));
    kernel.queue(posts.lastKey(), operations[1], kStatusSuccess, 0);
    for (std::uint64_t token = 1; token <= 3; ++token) {
        EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(token).status) << token;
    }
    posts.fail(0);
    EXPECT_TRUE(closed(device));
    for (std::uint64_t token = 1; token <= 3; ++token) {
        EXPECT_EQ(1u, recording.recordsOf(token).size()) << token;
    }
}

// --- Dequeueing that fails ------------------------------------------------------------------------------------------

TEST(FailingDequeueTest, EarlyTimeoutIsOnlyATimeout) {
    std::atomic<unsigned> calls{0};
    FakeCall<&win32::Calls::getQueuedCompletionStatusEx> dequeue{[&](HANDLE port, OVERLAPPED_ENTRY* entries,
                                                                     ULONG length, ULONG* count, DWORD milliseconds,
                                                                     BOOL alertable) -> BOOL {
        if (++calls % 4 != 0) {
            *count = 1;  // as Wine does
            return failing(WAIT_TIMEOUT);
        }
        return decltype(dequeue)::real(port, entries, length, count, std::min(milliseconds, DWORD{1}), alertable);
    }};
    PortHandle kernel;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    for (std::uint64_t token = 0; token < 100; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        ASSERT_TRUE(port.read(device, token + 100, nullptr, 0));
    }
    ASSERT_TRUE(recording.waitForCount(200));
    EXPECT_EQ(0u, recording.stopped.load());
    port.end();
    EXPECT_EQ(200u, recording.count());
}

TEST(FailingDequeueTest, WorkerContinuesAfterEveryFailureOfTheKernel) {
    std::atomic<int> failures{0};
    FakeCall<&win32::Calls::getQueuedCompletionStatusEx> dequeue{[&](HANDLE port, OVERLAPPED_ENTRY* entries,
                                                                     ULONG length, ULONG* count, DWORD milliseconds,
                                                                     BOOL alertable) -> BOOL {
        if (failures.fetch_add(1) < 3) {
            return failing(ERROR_NO_SYSTEM_RESOURCES);
        }
        return decltype(dequeue)::real(port, entries, length, count, milliseconds, alertable);
    }};
    Recording recording;
    TestPort port{recording, portSettings(1)};
    ASSERT_TRUE(port->post(0, 0, 1));
    EXPECT_TRUE(recording.waitForCount(1));
    EXPECT_EQ(0u, recording.stopped.load());
}

// One worker may dequeue the exit packets of all. The waits have no timeout, so that only a packet ends a worker.
TEST(FailingDequeueTest, WorkerThatDequeuesTheExitsOfOthersPassesThemOn) {
    constexpr unsigned kWorkers = 4;
    Turnstile turnstile;
    FakeCall<&win32::Calls::getQueuedCompletionStatusEx> dequeue{
        [&](HANDLE port, OVERLAPPED_ENTRY* entries, ULONG length, ULONG* count, DWORD, BOOL alertable) -> BOOL {
            turnstile.pass();
            return decltype(dequeue)::real(port, entries, length, count, INFINITE, alertable);
        }};
    Recording recording;
    TestPort port{recording, portSettings(kWorkers)};
    ASSERT_TRUE(turnstile.waitForWaiting(kWorkers));
    port.close();
    turnstile.open();
    port.end();
}

// --- A device that cannot be associated -----------------------------------------------------------------------------

TEST(AssociateTest, DeviceThatCannotBeAssociatedIsClosedAndNotAdded) {
    HANDLE added = nullptr;
    std::atomic<int> closes{0};
    FakeCall<&win32::Calls::createIoCompletionPort> associate{
        [&](HANDLE file, HANDLE port, ULONG_PTR key, DWORD concurrency) -> HANDLE {
            if (port != nullptr) {
                ::SetLastError(ERROR_INVALID_PARAMETER);
                return nullptr;
            }
            return decltype(associate)::real(file, port, key, concurrency);
        }};
    FakeCall<&win32::Calls::closeHandle> closeHandle{[&](HANDLE handle) {
        closes += handle == added;
        return decltype(closeHandle)::real(handle);
    }};
    Recording recording;
    TestPort port{recording};
    PipeEnds pipe;
    added = pipe.server.get();
    const auto device = port->add(std::make_unique<NamedPipe>(*port, L"pipe", std::move(pipe.server)));
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, device.error());
    EXPECT_EQ(1, closes.load());
    EXPECT_TRUE(port->snapshot().devices.empty());
    EXPECT_TRUE(port->post(0, 0, 1));
    EXPECT_TRUE(recording.waitForCount(1));
}

}  // namespace
}  // namespace iocp4j
