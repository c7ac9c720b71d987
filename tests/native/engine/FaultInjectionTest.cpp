// What Windows may do to the engine and seldom does: calls that fail, come late, or say one thing and do another.

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "../fixtures/Concurrently.h"
#include "../fixtures/FakeCall.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/Recording.h"
#include "../fixtures/ScriptedDevice.h"
#include "../fixtures/TestPort.h"
#include "../fixtures/Turnstile.h"
#include "devices/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr int kForEver = 1'000'000'000;

// PostQueuedCompletionStatus fails as many times as it is told to.
class FailingPosts {
public:
    void fail(int times) noexcept { left_ = times; }
    int failed() const noexcept { return failed_; }
    ULONG_PTR lastKey() const noexcept { return lastKey_; }

private:
    std::atomic<int> left_{0};
    std::atomic<int> failed_{0};
    std::atomic<ULONG_PTR> lastKey_{0};
    FakeCall<&win32::Calls::postQueuedCompletionStatus> post_{
        [this](HANDLE port, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) -> BOOL {
            lastKey_ = key;
            if (left_.fetch_sub(1) > 0) {
                ++failed_;
                return failing(ERROR_NO_SYSTEM_RESOURCES);
            }
            left_ = 0;
            return decltype(post_)::real(port, bytes, key, overlapped);
        }};
};

Started fails(ScriptedDevice&, Operation&) { return Started::over(ERROR_NOT_READY); }

// Returns when the only worker has looked at everything that was queued before.
void pause(const TestPort& port, const Recording& recording) {
    static std::atomic<std::uint64_t> sentinel{1'000'000};
    const std::uint64_t token = ++sentinel;
    EXPECT_TRUE(port->post(0, 0, token));
    EXPECT_EQ(0u, recording.waitForToken(token).status);
}

// --- Packets that cannot be posted ----------------------------------------------------------------------------------

TEST(FailingPostTest, OperationThatHasEndedAtOnceIsDeliveredLater) {
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    posts.fail(1);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0)) << "accepted is accepted";
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
    EXPECT_EQ(1, posts.failed());
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1u, recording.count());
}

TEST(FailingPostTest, ManyOperationsAreDeliveredLaterEachOnce) {
    constexpr std::uint64_t kMany = 100;  // more than a worker takes at a time
    PortHandle kernel;
    FailingPosts posts;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &fails);
    posts.fail(kForEver);
    for (std::uint64_t token = 0; token < kMany; ++token) {
        ASSERT_TRUE(port.read(device, token, nullptr, 0));
    }
    ASSERT_TRUE(recording.waitForCount(kMany)) << "though posting still fails";
    EXPECT_EQ(int{kMany}, posts.failed());
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
    EXPECT_TRUE(port->post(0, 0, 3)) << "the refused ones take no place";
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

// A stranger sends the packet that could not be posted, while the operation is on the list of those that wait for a
// worker. It must not come off the list in its next life and take the others with it.
TEST(FailingPostTest, StrangerCannotSendWhatCouldNotBePosted) {
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

TEST(FailingDequeueTest, TimeoutBeforeItsTimeIsNoMoreThanATimeout) {
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

TEST(FailingDequeueTest, WorkerComesBackWhateverAilsTheKernel) {
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

// One worker may dequeue the exit packets of all. The waits have no end here, so that only a packet ends a worker.
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

// --- Submission and completion race ---------------------------------------------------------------------------------

// Reads of a pipe whose packet is dequeued before the call that has started them returns.
TEST(LateSubmissionTest, PacketOfAPipeIsDequeuedBeforeReadFileReturns) {
    Recording recording;
    TestPort* used = nullptr;
    FakeCall<&win32::Calls::readFile> readFile{
        [&](HANDLE file, void* buffer, DWORD length, DWORD* transferred, OVERLAPPED* overlapped) {
            const BOOL result = decltype(readFile)::real(file, buffer, length, transferred, overlapped);
            const DWORD error = ::GetLastError();
            pause(*used, recording);
            ::SetLastError(error);
            return result;
        }};
    TestPort port{recording, portSettings(1)};
    used = &port;
    PipeEnds pipe{PipeKind::kBytes, 4096, 0};
    const auto device = port->add(std::make_unique<NamedPipe>(*port, L"pipe", std::move(pipe.server)));
    ASSERT_TRUE(device);
    char buffer[16];
    for (std::uint64_t token = 1; token <= 20; ++token) {
        DWORD written = 0;
        ASSERT_TRUE(::WriteFile(pipe.client.get(), "hello", 5, &written, nullptr));
        ASSERT_TRUE(port.read(*device, token, buffer, sizeof(buffer)));
        const CompletionRecord record = recording.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(5u, record.bytes);
    }
    EXPECT_TRUE(closed(*device));
    for (std::uint64_t token = 1; token <= 20; ++token) {
        EXPECT_EQ(1u, recording.recordsOf(token).size());
    }
    EXPECT_EQ(0u, port.foreignPackets());
}

TEST(LateSubmissionTest, EachWayInWhichAPacketCanComeEarlyIsOneCompletion) {
    PortHandle kernel;
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        self.complete(operation, kStatusEndOfFile, 3);
        if (operation.record.token % 2 == 0) {
            pause(port, recording);
        }
        return Started::pending();
    });
    for (std::uint64_t token = 0; token < 100; ++token) {
        ASSERT_TRUE(port.read(device, token, nullptr, 0));
    }
    EXPECT_TRUE(closed(device));
    for (std::uint64_t token = 0; token < 100; ++token) {
        const auto records = recording.recordsOf(token);
        ASSERT_EQ(1u, records.size()) << token;
        EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, records[0].status);
        EXPECT_EQ(3u, records[0].bytes);
    }
    EXPECT_EQ(0u, port.foreignPackets());
}

// Wine does that at the end of NUL and at offsets beyond 2^63.
TEST(FailedSubmissionTest, FailureWithAPacketAllTheSameIsOneCompletion) {
    enum Way { kPacketFirst, kPacketLater, kPacketWithoutStatusFirst, kPacketWithoutStatusLater, kWays };
    PortHandle kernel;
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        const auto way = static_cast<Way>(operation.record.token % kWays);
        if (way == kPacketFirst || way == kPacketLater) {
            self.complete(operation, kStatusEndOfFile, 0);
        } else {
            kernel.queue(self.key(), &operation, static_cast<Status>(operation.Internal), 0);
        }
        if (way == kPacketFirst || way == kPacketWithoutStatusFirst) {
            pause(port, recording);
        }
        return Started::over(ERROR_HANDLE_EOF);
    });
    for (std::uint64_t token = 0; token < 100; ++token) {
        ASSERT_TRUE(port.read(device, token, nullptr, 0));
    }
    EXPECT_TRUE(closed(device));
    pause(port, recording);
    for (std::uint64_t token = 0; token < 100; ++token) {
        const auto records = recording.recordsOf(token);
        ASSERT_EQ(1u, records.size()) << token;
        EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, records[0].status);
    }
    EXPECT_TRUE(port.waitUntilIdle());
}

// They need not even agree. What the kernel has written counts, if it came first.
TEST(FailedSubmissionTest, PacketThatCameBeforeTheFailureCounts) {
    PortHandle kernel;
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        self.complete(operation, kStatusSuccess, 7);
        pause(port, recording);
        return Started::over(ERROR_HANDLE_EOF);
    });
    for (std::uint64_t token = 0; token < 10; ++token) {
        ASSERT_TRUE(port.read(device, token, nullptr, 0));
        const CompletionRecord record = recording.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(7u, record.bytes);
    }
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(0u, port.foreignPackets());
}

// The stray packet comes when its place has been used again, for an operation that is still pending.
TEST(FailedSubmissionTest, StrayPacketDoesNotEndTheNextOperationInThePlace) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        if (records.front().token == 1) {
            turnstile.pass();
        }
    };
    TestPort port{recording, portSettings(1)};
    OVERLAPPED* stray = nullptr;
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        if (operation.record.token == 1) {
            stray = &operation;
            return Started::over(ERROR_HANDLE_EOF);
        }
        return ScriptedDevice::pends(self, operation);
    });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    ASSERT_TRUE(port.read(device, 2, nullptr, 0));
    Operation* pending = ScriptedDevice::of(device).next();
    ASSERT_EQ(stray, pending) << "the place is used again";
    kernel.queue(device, stray, kStatusEndOfFile, 0);
    turnstile.open();
    pause(port, recording);
    EXPECT_TRUE(recording.recordsOf(2).empty());
    EXPECT_EQ(1u, port.foreignPackets());
    ScriptedDevice::of(device).complete(*pending, kStatusSuccess, 6);
    EXPECT_EQ(6u, recording.waitForToken(2).bytes);
}

// The call fails on a real pipe, whose handle has a packet none the less.
TEST(FailedSubmissionTest, ReadFileThatFailsWithAPacketIsOneCompletion) {
    PortHandle kernel;
    Device::Key device = 0;
    FakeCall<&win32::Calls::readFile> readFile{[&](HANDLE, void*, DWORD, DWORD*, OVERLAPPED* overlapped) -> BOOL {
        kernel.queue(device, overlapped, static_cast<Status>(0x103), 0);
        return failing(ERROR_HANDLE_EOF);
    }};
    Recording recording;
    TestPort port{recording};
    PipeEnds pipe;
    const auto added = port->add(std::make_unique<NamedPipe>(*port, L"pipe", std::move(pipe.server)));
    ASSERT_TRUE(added);
    device = *added;
    char buffer[16];
    for (std::uint64_t token = 1; token <= 100; ++token) {
        ASSERT_TRUE(port.read(device, token, buffer, sizeof(buffer)));
    }
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(100u, recording.count());
    for (std::uint64_t token = 1; token <= 100; ++token) {
        ASSERT_EQ(1u, recording.recordsOf(token).size());
        EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, recording.recordsOf(token)[0].status);
    }
}

// --- Cancelling and closing -----------------------------------------------------------------------------------------

// CancelIoEx for scripted devices, which have no handle: it finds what pends on the device that the test names.
class ScriptedCancel {
public:
    void on(Device::Key device) noexcept { device_ = device; }

    // Instead of that.
    std::function<BOOL(OVERLAPPED*)> otherwise;

private:
    Device::Key device_ = 0;
    FakeCall<&win32::Calls::cancelIoEx> cancel_{[this](HANDLE, OVERLAPPED* overlapped) -> BOOL {
        if (otherwise) {
            return otherwise(overlapped);
        }
        return ScriptedDevice::of(device_).cancelOne(overlapped) ? TRUE : failing(ERROR_NOT_FOUND);
    }};
};

TEST(CancelTest, NotFoundIsNoReasonToLoseTheOperation) {
    ScriptedCancel cancelling;
    cancelling.otherwise = [](OVERLAPPED*) { return failing(ERROR_NOT_FOUND); };
    PortHandle kernel;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    const auto id = port.read(device, 1, nullptr, 0);
    ASSERT_TRUE(id);
    EXPECT_FALSE(port.cancel(device, *id));
    EXPECT_FALSE(port.cancel(device, *id)) << "it can be tried again";
    EXPECT_EQ(0u, recording.count());
    ScriptedDevice& scripted = ScriptedDevice::of(device);
    scripted.complete(*scripted.next(), kStatusSuccess, 8);
    EXPECT_EQ(8u, recording.waitForToken(1).bytes);
    EXPECT_FALSE(port.cancel(device, *id));
}

TEST(CancelTest, PacketThatIsDequeuedDuringCancelIoExIsOneCompletion) {
    PortHandle kernel;
    Recording recording;
    ScriptedCancel cancelling;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    cancelling.otherwise = [&](OVERLAPPED* overlapped) {
        ScriptedDevice& scripted = ScriptedDevice::of(device);
        EXPECT_EQ(overlapped, scripted.next());
        scripted.complete(*static_cast<Operation*>(overlapped), kStatusSuccess, 8);
        pause(port, recording);
        return failing(ERROR_NOT_FOUND);
    };
    for (std::uint64_t token = 1; token <= 20; ++token) {
        const auto id = port.read(device, token, nullptr, 0);
        ASSERT_TRUE(id);
        EXPECT_FALSE(port.cancel(device, *id));
        EXPECT_EQ(8u, recording.waitForToken(token).bytes);
        EXPECT_EQ(1u, recording.recordsOf(token).size());
    }
}

// An id is known before the call that starts the operation returns, to whoever can count.
TEST(CancelTest, CancelDuringTheSubmissionTakesEffectWhenItReturns) {
    PortHandle kernel;
    Recording recording;
    ScriptedCancel cancelling;
    TestPort port{recording, portSettings(1, 1)};
    OperationId next = 0;
    std::atomic<int> cancelled{0};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        const Started started = ScriptedDevice::pends(self, operation);
        if (next != 0) {
            cancelled += port.cancel(self.key(), next);
        }
        return started;
    });
    cancelling.on(device);
    const auto first = port.read(device, 1, nullptr, 0);
    ASSERT_TRUE(first);
    ASSERT_TRUE(port.cancel(device, *first));
    ASSERT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(1).status);
    ASSERT_TRUE(port.waitUntilIdle());
    next = *first + (OperationId{1} << 24);
    const auto second = port.read(device, 2, nullptr, 0);
    ASSERT_EQ(next, *second);
    EXPECT_EQ(1, cancelled.load());
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(2).status);
}

// The device is closed when the submitter has entered already and the kernel has nothing to cancel yet.
TEST(CloseTest, CloseDuringTheSubmissionCancelsWhatItCouldNotSee) {
    PortHandle kernel;
    Recording recording;
    ScriptedCancel cancelling;
    TestPort port{recording};
    Device* submitting = nullptr;
    cancelling.otherwise = [&](OVERLAPPED* overlapped) {
        return static_cast<ScriptedDevice*>(submitting)->cancelOne(overlapped) ? TRUE : failing(ERROR_NOT_FOUND);
    };
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        submitting = &self;
        Device::close(self.key());
        return ScriptedDevice::pends(self, operation);
    });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0)) << "whoever has entered is not refused any more";
    EXPECT_EQ(DWORD{676}, recording.waitForToken(1).status) << "ERROR_HANDLES_CLOSED";
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_EQ(1u, recording.count());
}

TEST(CloseTest, CloseDuringASubmissionThatFailsIsOneCompletion) {
    PortHandle kernel;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation&) {
        Device::close(self.key());
        return Started::over(ERROR_NOT_READY);
    });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_EQ(1u, recording.count());
}

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
