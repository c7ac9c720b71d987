// The order of the call that starts an operation and the operation's packet, and what counts if they disagree.

#include <gtest/gtest.h>

#include <memory>

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

// The packet of a pipe's read is dequeued before the starting call returns.
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

// Wine does this at the end of NUL and at offsets beyond 2^63.
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

// They may disagree. The kernel's status counts if the packet comes first.
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

// The stray packet comes when its slot is used again, by an operation that is still pending.
TEST(FailedSubmissionTest, StrayPacketDoesNotEndTheNextOperationInTheSlot) {
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
    ASSERT_EQ(stray, pending) << "the slot is used again";
    kernel.queue(device, stray, kStatusEndOfFile, 0);
    turnstile.open();
    pause(port, recording);
    EXPECT_TRUE(recording.recordsOf(2).empty());
    EXPECT_EQ(1u, port.foreignPackets());
    ScriptedDevice::of(device).complete(*pending, kStatusSuccess, 6);
    EXPECT_EQ(6u, recording.waitForToken(2).bytes);
}

// ReadFile fails on a real pipe, whose handle has a packet nevertheless.
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

}  // namespace
}  // namespace iocp4j
