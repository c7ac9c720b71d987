#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/OpenFile.h"
#include "../../fixtures/TempFile.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Wine.h"
#include "devices/file/OverlappedFile.h"
#include "win32/WaitedCall.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(OverlappedFileLockTest, LocksAtOnceWithoutContention) {
    OpenFile file;
    EXPECT_EQ(0u, file.lock(5 * kGiB, 100, LOCKFILE_EXCLUSIVE_LOCK).status);
    EXPECT_EQ(0u, file.lock(0, 10, 0).status);
    EXPECT_EQ(0u, file->unlock(5 * kGiB, 100));
    EXPECT_EQ(0u, file->unlock(0, 10));
    const win32::ErrorCode again = file->unlock(0, 10);
    // Windows returns the first.
    EXPECT_TRUE(again == ERROR_NOT_LOCKED || again == ERROR_LOCK_VIOLATION) << again;
    EXPECT_EQ(0u, file.port.foreignPackets());
}

TEST(OverlappedFileLockTest, LockedRangesGoBeyondFourGiB) {
    OpenFile file;
    EXPECT_EQ(0u, file.lock(2 * kGiB, 5 * kGiB, LOCKFILE_EXCLUSIVE_LOCK).status);
    const win32::Handle other = file.another();
    const auto lockedAt = [&](std::uint64_t position) {
        return win32::WaitedCall{position}.make(other.get(), [&](OVERLAPPED* overlapped) {
            return ::LockFileEx(other.get(), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, overlapped);
        });
    };
    EXPECT_EQ(0u, lockedAt(2 * kGiB - 1));
    EXPECT_EQ(DWORD{ERROR_LOCK_VIOLATION}, lockedAt(7 * kGiB - 1));
    EXPECT_EQ(0u, lockedAt(7 * kGiB));
    EXPECT_EQ(0u, file->unlock(2 * kGiB, 5 * kGiB));
    EXPECT_EQ(0u, lockedAt(7 * kGiB - 1));
}

TEST(OverlappedFileLockTest, DoesNotWaitForALockThatFailsImmediately) {
    OpenFile file;
    const win32::Handle other = file.another();
    ASSERT_EQ(0u, win32::WaitedCall{}.make(other.get(), [&](OVERLAPPED* overlapped) {
        return ::LockFileEx(other.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 10, 0, overlapped);
    }));
    EXPECT_EQ(DWORD{ERROR_LOCK_VIOLATION}, file.lock(5, 1, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY).status);
    EXPECT_EQ(0u, file.lock(10, 1, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY).status);
}

// Returns true if a lock that has waited can complete on this system.
bool contendedLocksComplete(const OpenFile& file) {
    const win32::Handle holder = file.another();
    const win32::Handle waiter = file.another();
    EXPECT_EQ(0u, win32::WaitedCall{}.make(holder.get(), [&](OVERLAPPED* overlapped) {
        return ::LockFileEx(holder.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, overlapped);
    }));
    const win32::Handle had{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    static OVERLAPPED operation;  // static, because Wine uses it for ever
    operation = OVERLAPPED{};
    operation.hEvent = had.get();
    EXPECT_FALSE(::LockFileEx(waiter.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &operation));
    OVERLAPPED range{};
    EXPECT_TRUE(::UnlockFileEx(holder.get(), 0, 1, 0, &range));
    return ::WaitForSingleObject(had.get(), 1'000) == WAIT_OBJECT_0;
}

TEST(OverlappedFileLockTest, WaitsForALock) {
    OpenFile file;
    if (isWine() && !contendedLocksComplete(file)) {
        GTEST_SKIP() << "Wine does not complete a LockFileEx that has to wait";
    }
    const win32::Handle other = file.another();
    const auto locked = [&](OVERLAPPED* overlapped) {
        return ::LockFileEx(other.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 10, 0, overlapped);
    };
    ASSERT_EQ(0u, win32::WaitedCall{}.make(other.get(), locked));
    const auto lock = [](Device& device, Operation& operation) {
        return dynamic_cast<OverlappedFile&>(device).lock(operation, LOCKFILE_EXCLUSIVE_LOCK, 10);
    };
    const auto cancelled = file.port.submit(file.key, Opcode::kLock, 1, lock);
    ASSERT_TRUE(file.port.submit(file.key, Opcode::kLock, 2, lock));
    EXPECT_TRUE(file.port.cancel(file.key, *cancelled));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, file.recording.waitForToken(1).status);
    EXPECT_EQ(1u, file.recording.count());
    OVERLAPPED range{};
    EXPECT_TRUE(::UnlockFileEx(other.get(), 0, 10, 0, &range));
    EXPECT_EQ(0u, file.recording.waitForToken(2).status);
}

// A lock that is granted at once or later, on a system that queues a packet for a success.
class LockOnAnySystemTest : public ::testing::Test {
protected:
    explicit LockOnAnySystemTest(const win32::Quirks& quirks = {}) : port_{recording_, settings(quirks)} {}

    static CompletionPort::Settings settings(const win32::Quirks& quirks) {
        CompletionPort::Settings settings = portSettings();
        settings.quirks = quirks;
        return settings;
    }

    Device::Key add() {
        const auto device = port_->add(
            std::make_unique<OverlappedFile>(*port_, L"file",
                                             win32::Handle{::CreateFileW(temp_.path().c_str(), GENERIC_READ, 0, nullptr,
                                                                         CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, nullptr)},
                                             1));
        EXPECT_TRUE(device);
        return *device;
    }

    void submit(Device::Key key, std::uint64_t token) {
        ASSERT_TRUE(port_.submit(key, Opcode::kLock, token, [](Device& device, Operation& operation) {
            return dynamic_cast<OverlappedFile&>(device).lock(operation, LOCKFILE_EXCLUSIVE_LOCK, 10);
        }));
    }

    // Completes an operation like the kernel.
    void complete(Device::Key key, OVERLAPPED* overlapped, ULONG_PTR status) {
        overlapped->Internal = status;
        EXPECT_EQ(0u, port_->kernel().post(0, key, overlapped));
    }

    Device::Key key_ = 0;
    OVERLAPPED* pending_ = nullptr;
    OVERLAPPED* had_ = nullptr;
    bool queuesPacket_ = true;
    BOOL answer_ = TRUE;
    const FakeCall<&win32::Calls::lockFileEx> lock_{[this](HANDLE, DWORD, DWORD, DWORD, DWORD, OVERLAPPED* overlapped) {
        if (!answer_) {
            pending_ = overlapped;
            return failing(ERROR_IO_PENDING);
        }
        had_ = overlapped;
        overlapped->Internal = 0;
        if (queuesPacket_) {
            complete(key_, overlapped, 0);
        }
        return TRUE;
    }};
    const FakeCall<&win32::Calls::cancelIoEx> cancel_{[this](HANDLE, OVERLAPPED* overlapped) {
        if (pending_ == nullptr || (overlapped != nullptr && overlapped != pending_)) {
            return failing(ERROR_NOT_FOUND);
        }
        constexpr ULONG_PTR kCancelled = 0xC000'0120;
        complete(key_, std::exchange(pending_, nullptr), kCancelled);
        return TRUE;
    }};
    TempFile temp_;
    Recording recording_;
    TestPort port_;
};

// The same on a system that queues no packet.
class LockWithoutPacketTest : public LockOnAnySystemTest {
protected:
    LockWithoutPacketTest() : LockOnAnySystemTest({.locksQueueNoPacket = true}) {}
};

TEST_F(LockOnAnySystemTest, CompletesOnceWhereAPacketComes) {
    key_ = add();
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    port_.end();
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(LockOnAnySystemTest, WaitsForThePacketWhereOneComes) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    queuesPacket_ = false;
    key_ = add();
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.count());
    complete(key_, had_, 0);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_TRUE(port_.waitUntilIdle());
    EXPECT_EQ(0u, port_.foreignPackets());
}

TEST_F(LockWithoutPacketTest, CompletesOnce) {
    queuesPacket_ = false;
    key_ = add();
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    port_.end();
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(LockWithoutPacketTest, CompletesWhenItIsHad) {
    answer_ = FALSE;
    key_ = add();
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.count());
    complete(key_, std::exchange(pending_, nullptr), 0);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(LockOnAnySystemTest, ThatWaitsIsCancelledByClosing) {
    answer_ = FALSE;
    key_ = add();
    submit(key_, 1);
    EXPECT_TRUE(closed(key_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

}  // namespace
}  // namespace iocp4j
