#include <gtest/gtest.h>

#include <atomic>
#include <ios>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/PipeDevice.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

class NamedPipeCancelTest : public PipeDeviceTest {};

TEST_F(NamedPipeCancelTest, CancelsOneByItsId) {
    std::vector<OperationId> ids;
    for (std::uint64_t token = 0; token < 3; ++token) {
        ids.push_back(*read(token));
    }
    EXPECT_TRUE(port_.cancel(device_, ids[1]));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    EXPECT_FALSE(port_.cancel(device_, ids[1])) << "it is over";
    put(peer_, "still");
    EXPECT_EQ("still", received(recording_.waitForToken(0))) << "the other reads continue";
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(3u, recording_.count());
}

TEST_F(NamedPipeCancelTest, CancelsAWrite) {
    const std::string much(200'000, 'x');
    const auto id = port_.write(device_, 1, much.data(), static_cast<std::uint32_t>(much.size()));
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(device_, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
}

TEST_F(NamedPipeCancelTest, CancelsAll) {
    for (std::uint64_t token = 0; token < 20; ++token) {
        ASSERT_TRUE(read(token));
    }
    {
        const Share<Device> share{device_};
        share->cancelAll();
        ASSERT_TRUE(recording_.waitForCount(20));
        share->cancelAll();
    }
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
    }
    put(peer_, "on");
    ASSERT_TRUE(read(30));
    EXPECT_EQ("on", received(recording_.waitForToken(30))) << "the device continues";
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(21u, recording_.count());
}

TEST_F(NamedPipeCancelTest, CancelsOneDirection) {
    const std::string much(200'000, 'x');
    for (std::uint64_t token = 0; token < 10; ++token) {
        ASSERT_TRUE(read(token));
    }
    ASSERT_TRUE(port_.write(device_, 20, much.data(), static_cast<std::uint32_t>(much.size())));
    EXPECT_EQ(0u, port_.cancelAll(device_, Opcode::kTransact)) << "there is none";
    EXPECT_EQ(1u, port_.cancelAll(device_, Opcode::kWrite));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(20).status);
    EXPECT_EQ(1u, recording_.count()) << "the reads continue";
    ASSERT_TRUE(port_.write(device_, 21, much.data(), static_cast<std::uint32_t>(much.size())));
    EXPECT_EQ(10u, port_.cancelAll(device_, Opcode::kRead));
    for (std::uint64_t token = 0; token < 10; ++token) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(token).status);
    }
    EXPECT_EQ(11u, recording_.count()) << "the write continues";
    EXPECT_EQ(0u, port_.cancelAll(device_, Opcode::kRead)) << "nothing is in flight";
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(12u, recording_.count());
    EXPECT_EQ(0u, port_.cancelAll(device_, Opcode::kRead)) << "it is closed";
}

TEST_F(NamedPipeCancelTest, CancelsOneDirectionOfItsOwnDeviceOnly) {
    PipeEnds other{PipeKind::kBytes, 4096, 0};
    const Device::Key neighbour = add(port_, std::move(other.server));
    ASSERT_TRUE(read(1));
    ASSERT_TRUE(port_.read(neighbour, 2, buffers_[2].data(), 64));
    EXPECT_EQ(1u, port_.cancelAll(neighbour, Opcode::kRead));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(2).status);
    put(peer_, "mine");
    EXPECT_EQ("mine", received(recording_.waitForToken(1)));
}

TEST_F(NamedPipeCancelTest, CancelsNothingUnderAnotherDevicesName) {
    PipeEnds other{PipeKind::kBytes, 4096, 0};
    const Device::Key otherDevice = add(port_, std::move(other.server));
    const auto id = read(1);
    ASSERT_TRUE(id);
    EXPECT_FALSE(port_.cancel(otherDevice, *id));
    EXPECT_FALSE(port_.cancel(device_ + 1, *id));
    EXPECT_FALSE(port_.cancel(0, *id));
    put(peer_, "mine");
    EXPECT_EQ("mine", received(recording_.waitForToken(1)));
}

TEST_F(NamedPipeCancelTest, CancelsNothingByAForgedId) {
    const auto id = read(1);
    ASSERT_TRUE(id);
    constexpr OperationId kSlot = 1;
    constexpr OperationId kGeneration = OperationId{1} << 24;
    constexpr OperationId kMark = OperationId{1} << 62;
    for (const OperationId forged :
         {OperationId{0}, OperationId{1}, ~OperationId{0}, *id + kSlot, *id + 200 * kSlot, *id | 0xff'ffff,
          *id + kGeneration, *id - kGeneration, *id ^ kMark, *id | (kMark << 1), *id ^ (kMark >> 1), device_}) {
        EXPECT_FALSE(port_.cancel(device_, forged)) << std::hex << forged;
    }
    put(peer_, "mine");
    EXPECT_EQ("mine", received(recording_.waitForToken(1)));
}

TEST(NamedPipeSlotTest, CancelsNothingByTheIdOfAnEarlierOperationInTheSameSlot) {
    Recording recording;
    TestPort port{recording, portSettings(1, 1)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = add(port, std::move(ends.server));
    char buffer[16];
    std::vector<OperationId> stale;
    for (std::uint64_t token = 0; token < 10; ++token) {
        ASSERT_TRUE(port.waitUntilIdle());
        const auto id = port.read(device, token, buffer, sizeof(buffer));
        ASSERT_TRUE(id);
        for (const OperationId earlier : stale) {
            EXPECT_NE(earlier, *id);
            EXPECT_FALSE(port.cancel(device, earlier));
        }
        put(ends.client, "x");
        EXPECT_EQ(0u, recording.waitForToken(token).status);
        stale.push_back(*id);
    }
    const auto posted = port->post(0, 0, 99);
    ASSERT_TRUE(posted);
    EXPECT_FALSE(port.cancel(device, *posted)) << "a posted packet belongs to no device";
}

// Several threads cancel all ids in a range while others read. Each read has exactly one completion.
TEST_F(NamedPipeCancelTest, CancelsWhileThreadsRead) {
    constexpr std::uint64_t kReads = 300;
    char scratch[64];
    std::atomic<OperationId> latest{0};
    std::atomic<int> reading{2};
    concurrently(3, [&](unsigned thread) {
        if (thread == 2) {
            while (reading > 0) {
                (void)port_.cancel(device_, latest);
                std::this_thread::yield();
            }
            return;
        }
        for (std::uint64_t i = 0; i < kReads; ++i) {
            const std::uint64_t token = 1'000 * (thread + 1) + i;
            const auto id = port_.read(device_, token, scratch, sizeof(scratch));
            EXPECT_TRUE(id);
            latest = *id;
            if (!port_.cancel(device_, *id)) {
                (void)recording_.waitForToken(token);
            }
        }
        --reading;
    });
    EXPECT_TRUE(closed(device_));
    EXPECT_EQ(2 * kReads, recording_.count());
    std::set<std::uint64_t> tokens;
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
        EXPECT_TRUE(tokens.insert(record.token).second);
    }
}

}  // namespace
}  // namespace iocp4j
