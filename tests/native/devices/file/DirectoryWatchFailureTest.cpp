// Failures of ReadDirectoryChangesW.

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/WatchedDirectory.h"
#include "../../fixtures/Wine.h"
#include "devices/file/DirectoryWatch.h"

namespace iocp4j {
namespace {

using namespace test;

class DirectoryWatchFailureTest : public WatchedDirectoryTest {};

// The documentation describes two ways to report an overflow.
TEST_F(DirectoryWatchFailureTest, TakesSuccessWithoutBytesForAnOverflow) {
    PortHandle kernel;
    Device::Key key = 0;
    std::atomic<int> calls{0};
    const FakeReadChanges overflowing{
        [&](HANDLE, LPVOID, DWORD, BOOL, DWORD, LPDWORD, LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE) {
            if (++calls == 1) {
                overlapped->InternalHigh = 0;
                overlapped->Internal = 0;
                kernel.queue(key, overlapped, kStatusSuccess, 0);
                return TRUE;
            }
            return calls == 2 ? failing(ERROR_NOTIFY_ENUM_DIR) : failing(ERROR_ACCESS_DENIED);
        }};
    openPort();
    key = openWatch();
    start(key);
    EXPECT_TRUE(Device::awaitClosed(key, deadline())) << "the third call is its end";
    EXPECT_EQ((std::vector<std::uint32_t>{ERROR_NOTIFY_ENUM_DIR, ERROR_NOTIFY_ENUM_DIR, ERROR_ACCESS_DENIED}),
              statuses());
    port_.reset();
}

TEST_F(DirectoryWatchFailureTest, TriesAgainAfterAShortageAndReportsItOnce) {
    std::atomic<int> calls{0};
    const FakeReadChanges scarce{[&](auto... arguments) {
        const int call = ++calls;
        return call >= 2 && call <= 4 ? failing(ERROR_NO_SYSTEM_RESOURCES) : FakeReadChanges::real(arguments...);
    }};
    openPort();
    watch();
    directory_.makeFile(L"a");
    ASSERT_TRUE(waitFor([&] { return countStatus(ERROR_NO_SYSTEM_RESOURCES) > 0; }));
    directory_.makeFile(L"b");
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"b"));
    EXPECT_EQ(1u, countStatus(ERROR_NO_SYSTEM_RESOURCES));
    EXPECT_LE(5, calls);
    port_.reset();
}

TEST_F(DirectoryWatchFailureTest, AFailureThatWillNotPassIsItsLastCompletion) {
    std::atomic<int> calls{0};
    const FakeReadChanges ending{[&](auto... arguments) {
        return ++calls == 2 ? failing(ERROR_ACCESS_DENIED) : FakeReadChanges::real(arguments...);
    }};
    openPort();
    const Device::Key key = watch();
    hold();
    directory_.makeFile(L"a");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    EXPECT_TRUE(port_->waitUntilIdle());
    EXPECT_EQ((std::vector<std::uint32_t>{0}), statuses()) << "the listener has not returned";
    EXPECT_FALSE(recording_.isClosed(key));
    let();
    EXPECT_TRUE(Device::awaitClosed(key, deadline())) << "then it closes";
    EXPECT_EQ((std::vector<std::uint32_t>{0, ERROR_ACCESS_DENIED}), statuses());
    EXPECT_EQ(2, calls);
    port_.reset();
}

TEST_F(DirectoryWatchFailureTest, ContinuesAfterACancelByOtherCode) {
    openPort();
    const Device::Key key = watch();
    {
        const Share<Device> share{key};
        ASSERT_TRUE(share);
        share->cancelAll();
        ::CancelIoEx(share->handle(), nullptr);
    }
    ASSERT_TRUE(waitFor([&] { return countStatus(ERROR_OPERATION_ABORTED) > 0; }));
    directory_.makeFile(L"after");
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"after"));
    EXPECT_EQ(1u, countStatus(ERROR_OPERATION_ABORTED)) << "cancelAll() does not affect a watch";
}

TEST_F(DirectoryWatchFailureTest, EndsWhenTheDirectoryIsDeleted) {
    openPort();
    directory_.makeFolder(L"watched");
    const auto opened =
        DirectoryWatch::open(**port_, {directory_.path(L"watched"), kEverything, false, kToken}, Memory{}.take());
    ASSERT_EQ(0u, opened.error());
    ASSERT_EQ(0u, start(*opened));
    ASSERT_TRUE(::RemoveDirectoryW(directory_.path(L"watched").c_str()));
    if (isWine() && !Device::awaitClosed(*opened, std::chrono::steady_clock::now() + std::chrono::seconds{2})) {
        GTEST_SKIP() << "Wine does not end the watch of a directory that is deleted";
    }
    EXPECT_TRUE(Device::awaitClosed(*opened, deadline()));
    ASSERT_EQ(1u, recording_.count());
    EXPECT_NE(0u, recording_.records()[0].status);
}

}  // namespace
}  // namespace iocp4j
