#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Turnstile.h"
#include "../../fixtures/WatchedDirectory.h"
#include "devices/file/DirectoryWatch.h"

namespace iocp4j {
namespace {

using namespace test;

class DirectoryWatchTest : public WatchedDirectoryTest {};

// --- What is reported -----------------------------------------------------------------------------------------------

TEST_F(DirectoryWatchTest, ReportsChanges) {
    openPort();
    const Device::Key key = watch();
    directory_.makeFile(L"a");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"a"));
    directory_.rename(L"a", L"b");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_RENAMED_NEW_NAME, L"b"));
    EXPECT_EQ(1u, count(FILE_ACTION_RENAMED_OLD_NAME, L"a"));
    directory_.remove(L"b");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_REMOVED, L"b"));
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(key, record.key);
        EXPECT_EQ(kToken, record.token);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(Opcode::kChange, record.opcode);
        EXPECT_EQ(DeviceKind::kDirectory, record.kind);
        EXPECT_LT(0u, record.bytes);
        EXPECT_GT(2u, record.detail);
    }
}

TEST_F(DirectoryWatchTest, LooksIntoFoldersWhenAskedTo) {
    openPort();
    watch(true);
    directory_.makeFolder(L"folder");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"folder"));
    directory_.makeFile(L"folder\\file");
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"folder\\file"));
}

TEST_F(DirectoryWatchTest, DoesNotLookIntoFoldersOtherwise) {
    openPort();
    watch(false);
    directory_.makeFolder(L"folder");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"folder"));
    directory_.makeFile(L"folder\\file");
    directory_.makeFile(L"after");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"after"));
    for (const Event& event : events()) {
        EXPECT_EQ(std::wstring::npos, event.name.find(L"file"));
    }
}

TEST_F(DirectoryWatchTest, IsSilentBeforeItIsStarted) {
    openPort();
    const Device::Key key = openWatch();
    directory_.makeFile(L"before");
    ::Sleep(20);
    EXPECT_EQ(0u, recording_.count());
    EXPECT_EQ(0u, start(key));
    directory_.makeFile(L"after");
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"after"));
}

TEST_F(DirectoryWatchTest, StartingTwiceIsHarmless) {
    std::atomic<int> calls{0};
    const FakeReadChanges counting{[&](auto... arguments) {
        ++calls;
        return FakeReadChanges::real(arguments...);
    }};
    openPort();
    const Device::Key key = watch();
    EXPECT_EQ(0u, start(key));
    EXPECT_EQ(1, calls);
    port_.reset();
}

// --- What cannot be watched -----------------------------------------------------------------------------------------

TEST_F(DirectoryWatchTest, RefusesAFile) {
    directory_.makeFile(L"file");
    EXPECT_EQ(DWORD{ERROR_DIRECTORY}, openFails(directory_.path(L"file")));
}

TEST_F(DirectoryWatchTest, RefusesWhatIsNotThere) {
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, openFails(directory_.path(L"missing")));
}

TEST_F(DirectoryWatchTest, RefusesWhatIsNotAnywhere) {
    EXPECT_EQ(DWORD{ERROR_PATH_NOT_FOUND}, openFails(directory_.path(L"missing\\folder")));
}

TEST_F(DirectoryWatchTest, RefusesWhatMayNotBeListed) {
    const FakeCall<&win32::Calls::createFile> denied{[](auto...) {
        ::SetLastError(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }};
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, openFails(directory_.path()));
}

TEST_F(DirectoryWatchTest, AFailureOfTheFirstCallIsThatOfTheStart) {
    const FakeReadChanges broken{[](auto...) { return test::failing(ERROR_INVALID_FUNCTION); }};
    openPort();
    const Device::Key key = openWatch();
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, start(key));
    EXPECT_TRUE(port_->waitUntilIdle());
    EXPECT_TRUE(closed(key));
    EXPECT_EQ(0u, recording_.count());
    port_.reset();
}

// --- Closing --------------------------------------------------------------------------------------------------------

TEST_F(DirectoryWatchTest, CloseIsSilentAndFreesTheBuffers) {
    openPort();
    Memory memory;
    const auto opened = DirectoryWatch::open(**port_, {directory_.path(), kEverything, false, kToken}, memory.take());
    ASSERT_EQ(0u, opened.error());
    ASSERT_EQ(0u, start(*opened));
    EXPECT_FALSE(memory.gone());
    EXPECT_TRUE(closed(*opened));
    EXPECT_TRUE(memory.gone());
    EXPECT_TRUE(recording_.isClosed(*opened));
    EXPECT_EQ(0u, recording_.count());
    EXPECT_EQ(code(EngineError::kDeviceClosed), start(*opened));
}

TEST_F(DirectoryWatchTest, CloseWaitsForTheListenerAndKeepsItsBuffer) {
    openPort();
    Memory memory;
    const auto opened =
        DirectoryWatch::open(**port_, {directory_.path(), kEverything, false, kToken}, keep(memory.take()));
    ASSERT_EQ(0u, opened.error());
    ASSERT_EQ(0u, start(*opened));
    hold();
    directory_.makeFile(L"a");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    directory_.makeFile(L"b");
    Device::close(*opened);
    EXPECT_FALSE(Device::awaitClosed(*opened, std::chrono::steady_clock::now() + std::chrono::milliseconds{20}));
    EXPECT_FALSE(memory.gone());
    let();
    EXPECT_TRUE(Device::awaitClosed(*opened, deadline()));
    EXPECT_TRUE(memory.gone());
    EXPECT_EQ(1u, recording_.count()) << "undelivered changes are dropped";
}

TEST_F(DirectoryWatchTest, MayBeClosedAtAnyTime) {
    openPort();
    for (int round = 0; round < 20; ++round) {
        Memory memory{2 + static_cast<std::size_t>(round) % 3};
        const auto opened =
            DirectoryWatch::open(**port_, {directory_.path(), kEverything, false, kToken}, keep(memory.take()));
        ASSERT_EQ(0u, opened.error());
        // Keep the thread until the end, because Wine loses a completion that comes while the starting thread exits.
        Turnstile end;
        std::thread starter{[&] {
            start(*opened);
            end.pass();
        }};
        for (int i = 0; i <= round % 8; ++i) {
            directory_.makeFile(std::to_wstring(round) + L"-" + std::to_wstring(i));
        }
        EXPECT_TRUE(closed(*opened)) << port_->foreignPackets() << " foreign packets";
        end.open();
        starter.join();
        EXPECT_TRUE(memory.gone());
    }
    const auto snapshot = (*port_)->snapshot();
    EXPECT_EQ(0u, snapshot.unbalancedDevices);
    EXPECT_EQ(snapshot.accepted, snapshot.completed);
    EXPECT_EQ(0u, snapshot.operationsInFlight);
}

}  // namespace
}  // namespace iocp4j
