// Changes that come faster than the listener or the operations allow.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/WatchedDirectory.h"
#include "devices/file/DirectoryWatch.h"

namespace iocp4j {
namespace {

using namespace test;

class DirectoryWatchBacklogTest : public WatchedDirectoryTest {};

// --- A slow listener ------------------------------------------------------------------------------------------------

TEST_F(DirectoryWatchBacklogTest, MissesNothingWhileTheListenerIsBusy) {
    openPort();
    watch();
    hold();
    directory_.makeFile(L"first");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    for (int i = 0; i < 30; ++i) {
        directory_.makeFile(L"file" + std::to_wstring(i));
        ::Sleep(1);
    }
    EXPECT_EQ(1u, recording_.count()) << "one at a time";
    let();
    directory_.makeFile(L"last");
    ASSERT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"last"));
    std::vector<std::wstring> expected{L"first"};
    for (int i = 0; i < 30; ++i) {
        expected.push_back(L"file" + std::to_wstring(i));
    }
    expected.push_back(L"last");
    std::vector<std::wstring> added;
    for (const Event& event : events()) {
        if (event.action == FILE_ACTION_ADDED) {
            added.push_back(event.name);
        }
    }
    EXPECT_EQ(expected, added) << "each change once and in order";
    EXPECT_EQ(1, atOnce_);
    EXPECT_FALSE(turnstile_.gaveUp());
}

// The call in flight occupies the handle until the next change.
TEST_F(DirectoryWatchBacklogTest, ReportsWhatIsThereWithTheNextCallInFlight) {
    std::atomic<int> begun{0};
    FakeReadChanges read{[&](auto... arguments) {
        const BOOL succeeded = FakeReadChanges::real(arguments...);
        ++begun;
        return succeeded;
    }};
    CompletionPort::Settings settings = portSettings(3, 64);
    settings.mechanism = Mechanism::kHandle;
    port_.emplace(recording_, settings);
    ASSERT_EQ(0u, start(openWatch(false, 4)));
    hold();
    directory_.makeFile(L"first");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    directory_.makeFile(L"second");
    ASSERT_TRUE(waitFor([&] { return begun >= 3; })) << "the second call fills a buffer";
    let();
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"second")) << "without a third call";
    port_.reset();
}

TEST_F(DirectoryWatchBacklogTest, ReportsTenThousandCreationsOrAnOverflow) {
    constexpr std::size_t kCreations = 10'000;
    openPort();
    ASSERT_EQ(0u, start(openWatch(false, 4, 65'536)));
    for (std::size_t i = 0; i < kCreations; ++i) {
        // Delete it at once, because Wine creates a file the slower the more there are.
        directory_.makeFile(std::to_wstring(i));
        directory_.remove(std::to_wstring(i));
    }
    directory_.makeFolder(L"last");
    const auto overflows = [this] { return countStatus(ERROR_NOTIFY_ENUM_DIR); };
    // The overflow may include the last file.
    ASSERT_TRUE(waitFor([&] { return overflows() > 0 || count(FILE_ACTION_ADDED, L"last") > 0; }));
    std::set<std::wstring> reported;
    std::size_t duplicates = 0;
    for (const Event& event : events()) {
        duplicates += event.action == FILE_ACTION_ADDED && !reported.insert(event.name).second;
    }
    reported.erase(L"last");
    std::printf("Figures: Watch: %zu creations, %zu missed, %zu overflows reported, %zu completions\n", kCreations,
                kCreations - reported.size(), overflows(), recording_.count());
    EXPECT_EQ(0u, duplicates);
    if (overflows() == 0) {
        EXPECT_EQ(kCreations, reported.size());
    }
}

TEST_F(DirectoryWatchBacklogTest, LeavesTheListenerItsBuffers) {
    std::atomic<int> calls{0};
    const FakeReadChanges counting{[&](auto... arguments) {
        ++calls;
        return FakeReadChanges::real(arguments...);
    }};
    openPort();
    watch(false, 2);
    hold();
    directory_.makeFile(L"a");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    EXPECT_EQ(2, calls) << "before the listener runs";
    directory_.makeFile(L"b");
    EXPECT_TRUE(port_->waitUntilIdle()) << "both buffers are in use";
    directory_.makeFile(L"c");
    ::Sleep(20);
    EXPECT_EQ(2, calls);
    EXPECT_EQ(1u, recording_.count());
    let();
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"b"));
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"c"));
    EXPECT_LT(2, calls);
    port_.reset();
}

TEST_F(DirectoryWatchBacklogTest, ReportsAnOverflowOfItsBuffer) {
    openPort();
    watch();
    hold();
    directory_.makeFile(L"first");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    for (int i = 0; i < 200; ++i) {
        directory_.makeFile(std::wstring(100, L'x') + std::to_wstring(i));
    }
    let();
    ASSERT_TRUE(waitFor([&] { return countStatus(ERROR_NOTIFY_ENUM_DIR) > 0; }));
    for (const CompletionRecord& record : recording_.records()) {
        EXPECT_EQ(record.status == ERROR_NOTIFY_ENUM_DIR, record.bytes == 0);
    }
    directory_.makeFile(L"last");
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"last")) << "it continues";
}

// --- Scarce operations ----------------------------------------------------------------------------------------------

TEST_F(DirectoryWatchBacklogTest, LivesOnASingleOperation) {
    openPort(1);
    watch();
    hold();
    directory_.makeFile(L"a");
    ASSERT_TRUE(turnstile_.waitForWaiting(1));
    directory_.makeFile(L"b");
    ::Sleep(20);
    directory_.makeFile(L"c");
    let();
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"b"));
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"c"));
    directory_.makeFile(L"d");
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"d"));
    EXPECT_EQ(1, atOnce_);
}

TEST_F(DirectoryWatchBacklogTest, StartsOnlyWithAnOperation) {
    PortHandle kernel;
    openPort(1);
    const Device::Key other = ScriptedDevice::add(**port_, kernel, &ScriptedDevice::pends);
    ASSERT_TRUE(port_->read(other, 1, nullptr, 0));
    EXPECT_EQ(code(EngineError::kOperationLimit), start(openWatch()));
    EXPECT_TRUE(closed(other));
    port_.reset();
}

}  // namespace
}  // namespace iocp4j
