#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeDevice.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

// The statuses of an operation whose device is closed. Windows returns 995, other systems may return others.
bool isEndOfClosing(std::uint32_t status) {
    return status == ERROR_OPERATION_ABORTED || status == ERROR_BROKEN_PIPE || status == ERROR_NO_DATA ||
           status == ERROR_PIPE_NOT_CONNECTED || status == ERROR_INVALID_HANDLE || status == kHandlesClosed;
}

TEST(NamedPipeCloseTest, HandleIsClosedWhenTheListenerHasSeenEveryCompletion) {
    constexpr std::uint64_t kReads = 30;
    Recording recording;
    HANDLE handle = nullptr;
    std::atomic<int> closes{0};
    std::atomic<std::size_t> seenBefore{0};
    std::atomic<std::size_t> unpinnedBefore{0};
    FakeCall<&win32::Calls::closeHandle> closeHandle{[&](HANDLE closing) {
        if (closing == handle) {
            ++closes;
            seenBefore = recording.count();
            unpinnedBefore = recording.unpinned().size();
        }
        return decltype(closeHandle)::real(closing);
    }};
    recording.onDelivery = [](unsigned, auto) { ::Sleep(5); };
    TestPort port{recording};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    handle = ends.server.get();
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[kReads];
    for (std::uint64_t token = 0; token < kReads; ++token) {
        ASSERT_TRUE(port.read(device, token, &buffer[token], 1, &buffer[token]));
    }
    EXPECT_TRUE(recording.unpinned().empty()) << "the kernel may still write";
    Device::close(device);
    EXPECT_EQ(code(EngineError::kDeviceClosed), port.read(device, 99, buffer, 1).error());
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_TRUE(recording.isClosed(device));
    EXPECT_EQ(1, closes.load());
    EXPECT_EQ(kReads, seenBefore.load());
    EXPECT_EQ(kReads, unpinnedBefore.load());
    EXPECT_EQ(kReads, recording.count());
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording.records()) {
        EXPECT_TRUE(isEndOfClosing(record.status)) << record.status;
        EXPECT_TRUE(tokens.insert(record.token).second);
    }
    handle = nullptr;
    EXPECT_TRUE(closed(device)) << "a second close does nothing";
}

TEST(NamedPipeCloseTest, CloseByManyThreadsIsOneClose) {
    for (int round = 0; round < 20; ++round) {
        Recording recording;
        HANDLE handle = nullptr;
        std::atomic<int> closes{0};
        FakeCall<&win32::Calls::closeHandle> closeHandle{[&](HANDLE closing) {
            closes += closing == handle;
            return decltype(closeHandle)::real(closing);
        }};
        TestPort port{recording};
        PipeEnds ends{PipeKind::kBytes, 4096, 0};
        handle = ends.server.get();
        const Device::Key device = add(port, std::move(ends.server));
        char buffer[4];
        for (std::uint64_t token = 0; token < 4; ++token) {
            ASSERT_TRUE(port.read(device, token, &buffer[token], 1));
        }
        concurrently(3, [&](unsigned) { EXPECT_TRUE(closed(device)); });
        EXPECT_EQ(1, closes.load());
        EXPECT_EQ(4u, recording.count());
        handle = nullptr;
    }
}

// Each accepted read has a completion, whether the device is closed before, during or after the call.
TEST(NamedPipeCloseTest, CloseWhileThreadsReadAndWriteLosesNothing) {
    for (int round = 0; round < 25; ++round) {
        Recording recording;
        TestPort port{recording, portSettings(2, 4'000)};
        PipeEnds ends{PipeKind::kBytes, 4096, 0};
        const Device::Key device = add(port, std::move(ends.server));
        static char scratch[64];
        std::atomic<std::uint64_t> accepted{0};
        concurrently(3, [&](unsigned thread) {
            if (thread == 0) {
                (void)waitFor([&] { return accepted.load() >= 30; });
                Device::close(device);
                return;
            }
            for (std::uint64_t i = 0; i < 3'000; ++i) {
                const std::uint64_t token = 100'000 * thread + i;
                const auto id = thread == 1 ? port.read(device, token, scratch, sizeof(scratch))
                                            : port.write(device, token, scratch, sizeof(scratch));
                if (!id) {
                    EXPECT_TRUE(id.error() == code(EngineError::kDeviceClosed) ||
                                id.error() == code(EngineError::kOperationLimit));
                    if (id.error() == code(EngineError::kDeviceClosed)) {
                        return;
                    }
                }
                accepted += bool{id};
            }
        });
        EXPECT_TRUE(Device::awaitClosed(device, deadline()));
        EXPECT_EQ(accepted.load(), recording.count());
        std::set<std::uint64_t> tokens;
        for (const CompletionRecord& record : recording.records()) {
            EXPECT_TRUE(tokens.insert(record.token).second);
        }
        EXPECT_EQ(0u, port->operations().inFlight());
        EXPECT_EQ(0u, port.foreignPackets());
    }
}

}  // namespace
}  // namespace iocp4j
