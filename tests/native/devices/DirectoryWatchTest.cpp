#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "../fixtures/ScriptedDevice.h"
#include "../fixtures/TemporaryDirectory.h"
#include "../fixtures/TestPort.h"
#include "../fixtures/Turnstile.h"
#include "devices/DirectoryWatch.h"

namespace iocp4j {
namespace {

using namespace test;

using FakeReadChanges = FakeCall<&win32::Calls::readDirectoryChanges>;

constexpr std::uint64_t kToken = 4711;
constexpr std::uint32_t kEverything = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME;

struct Event {
    DWORD action;
    std::wstring name;
};

// Buffers of the test's own; counts those that are still there.
class Memory {
public:
    explicit Memory(std::size_t count = 2, std::size_t size = 4'096) {
        const auto owner = std::make_shared<std::vector<std::vector<std::uint32_t>>>(
            count, std::vector<std::uint32_t>(size / sizeof(std::uint32_t)));
        for (auto& part : *owner) {
            buffers_.parts.push_back(std::as_writable_bytes(std::span{part}));
        }
        buffers_.owner = owner;
        gone_ = owner;
    }

    DirectoryWatchBuffers take() { return std::exchange(buffers_, {}); }
    bool gone() const { return gone_.expired(); }

private:
    DirectoryWatchBuffers buffers_;
    std::weak_ptr<const void> gone_;
};

class DirectoryWatchTest : public ::testing::Test {
protected:
    DirectoryWatchTest() {
        recording_.onDelivery = [this](unsigned, std::span<const CompletionRecord> records) {
            atOnce_ = std::max(atOnce_.load(), ++inside_);
            for (const CompletionRecord& record : records) {
                decode(record);
            }
            if (holding_) {
                turnstile_.pass();
            }
            --inside_;
        };
    }

    // Replaces Win32 calls first, where it does.
    TestPort& openPort(std::uint32_t operations = 64) { return port_.emplace(recording_, portSettings(3, operations)); }

    Device::Key openWatch(bool recursive = false, std::size_t buffers = 2, std::size_t size = 4'096) {
        Memory memory{buffers, size};
        const auto opened =
            DirectoryWatch::open(**port_, {directory_.path(), kEverything, recursive, kToken}, keep(memory.take()));
        EXPECT_EQ(0u, opened.error());
        return *opened;
    }

    Device::Key watch(bool recursive = false, std::size_t buffers = 2) {
        const Device::Key key = openWatch(recursive, buffers);
        EXPECT_EQ(0u, start(key));
        return key;
    }

    static win32::ErrorCode start(Device::Key key) {
        const Share<Device> share{key};
        return share ? static_cast<DirectoryWatch&>(*share).start() : code(Refusal::kDeviceClosed);
    }

    win32::ErrorCode openFails(const std::wstring& path) {
        return DirectoryWatch::open(*openPort(), {path, kEverything, false, 0}, Memory{}.take()).error();
    }

    std::vector<Event> events() {
        const std::lock_guard lock{mutex_};
        return events_;
    }

    std::size_t count(DWORD action, const std::wstring& name) {
        std::size_t found = 0;
        for (const Event& event : events()) {
            found += event.action == action && event.name == name;
        }
        return found;
    }

    bool waitForEvent(DWORD action, const std::wstring& name) {
        return waitFor([&] { return count(action, name) > 0; });
    }

    std::vector<std::uint32_t> statuses() {
        std::vector<std::uint32_t> found;
        for (const CompletionRecord& record : recording_.records()) {
            found.push_back(record.status);
        }
        return found;
    }

    std::size_t countStatus(std::uint32_t status) {
        const auto all = statuses();
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), status));
    }

    // The listener does not come back from its first call until let().
    void hold() { holding_ = true; }
    void let() {
        holding_ = false;
        turnstile_.open();
    }

    DirectoryWatchBuffers keep(DirectoryWatchBuffers buffers) {
        parts_ = buffers.parts;
        return buffers;
    }

    TemporaryDirectory directory_;
    Recording recording_;
    Turnstile turnstile_;
    std::atomic<bool> holding_{false};
    std::atomic<int> inside_{0};
    std::atomic<int> atOnce_{0};
    std::optional<TestPort> port_;

private:
    void decode(const CompletionRecord& record) {
        if (record.opcode != Opcode::kChange || record.status != ERROR_SUCCESS) {
            return;
        }
        const std::lock_guard lock{mutex_};
        const std::byte* at = parts_.at(record.detail).data();
        for (;;) {
            FILE_NOTIFY_INFORMATION change;
            std::memcpy(&change, at, offsetof(FILE_NOTIFY_INFORMATION, FileName));
            std::wstring name(change.FileNameLength / sizeof(wchar_t), L'\0');
            std::memcpy(name.data(), at + offsetof(FILE_NOTIFY_INFORMATION, FileName), change.FileNameLength);
            events_.push_back({change.Action, name});
            if (change.NextEntryOffset == 0) {
                return;
            }
            at += change.NextEntryOffset;
        }
    }

    std::mutex mutex_;
    std::vector<std::span<std::byte>> parts_;
    std::vector<Event> events_;
};

// --- What is reported -----------------------------------------------------------------------------------------------

TEST_F(DirectoryWatchTest, TellsWhatHappens) {
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

// --- A listener that takes its time ---------------------------------------------------------------------------------

TEST_F(DirectoryWatchTest, MissesNothingWhileTheListenerIsBusy) {
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
    EXPECT_EQ(expected, added) << "all, once, and in order";
    EXPECT_EQ(1, atOnce_);
    EXPECT_FALSE(turnstile_.gaveUp());
}

TEST_F(DirectoryWatchTest, TellsOfTenThousandCreationsOrOfAnOverflow) {
    constexpr std::size_t kCreations = 10'000;
    openPort();
    ASSERT_EQ(0u, start(openWatch(false, 4, 65'536)));
    for (std::size_t i = 0; i < kCreations; ++i) {
        // Deleted again at once: making one takes Wine the longer the more there are.
        directory_.makeFile(std::to_wstring(i));
        directory_.remove(std::to_wstring(i));
    }
    directory_.makeFolder(L"last");
    const auto overflows = [this] { return countStatus(ERROR_NOTIFY_ENUM_DIR); };
    // The last one may be among those that an overflow stands for.
    ASSERT_TRUE(waitFor([&] { return overflows() > 0 || count(FILE_ACTION_ADDED, L"last") > 0; }));
    std::set<std::wstring> told;
    std::size_t toldTwice = 0;
    for (const Event& event : events()) {
        toldTwice += event.action == FILE_ACTION_ADDED && !told.insert(event.name).second;
    }
    told.erase(L"last");
    std::printf("Figures: Watch: %zu creations, %zu missed, %zu overflows reported, %zu completions\n", kCreations,
                kCreations - told.size(), overflows(), recording_.count());
    EXPECT_EQ(0u, toldTwice);
    if (overflows() == 0) {
        EXPECT_EQ(kCreations, told.size());
    }
}

TEST_F(DirectoryWatchTest, LeavesTheListenerItsBuffers) {
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
    EXPECT_EQ(2, calls) << "before the listener was told";
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

TEST_F(DirectoryWatchTest, SaysWhenThereWasMoreThanRoom) {
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
    EXPECT_TRUE(waitForEvent(FILE_ACTION_ADDED, L"last")) << "it goes on";
}

// --- What Windows might do ------------------------------------------------------------------------------------------

// The documentation knows two ways for it to tell of an overflow.
TEST_F(DirectoryWatchTest, TakesSuccessWithoutBytesForAnOverflow) {
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
    EXPECT_TRUE(Device::awaitClosed(key, patienceEnds())) << "the third call is its end";
    EXPECT_EQ((std::vector<std::uint32_t>{ERROR_NOTIFY_ENUM_DIR, ERROR_NOTIFY_ENUM_DIR, ERROR_ACCESS_DENIED}),
              statuses());
    port_.reset();
}

TEST_F(DirectoryWatchTest, TriesAgainAfterAShortageAndTellsOnce) {
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

TEST_F(DirectoryWatchTest, AFailureThatWillNotPassIsItsLastCompletion) {
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
    EXPECT_TRUE(Device::awaitClosed(key, patienceEnds())) << "it closes behind that";
    EXPECT_EQ((std::vector<std::uint32_t>{0, ERROR_ACCESS_DENIED}), statuses());
    EXPECT_EQ(2, calls);
    port_.reset();
}

TEST_F(DirectoryWatchTest, SurvivesThatSomebodyCancels) {
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
    EXPECT_EQ(1u, countStatus(ERROR_OPERATION_ABORTED)) << "cancelAll() is not for us";
}

TEST_F(DirectoryWatchTest, EndsWhenTheDirectoryIsDeleted) {
    openPort();
    directory_.makeFolder(L"watched");
    const auto opened =
        DirectoryWatch::open(**port_, {directory_.path(L"watched"), kEverything, false, kToken}, Memory{}.take());
    ASSERT_EQ(0u, opened.error());
    ASSERT_EQ(0u, start(*opened));
    ASSERT_TRUE(::RemoveDirectoryW(directory_.path(L"watched").c_str()));
    if (::GetProcAddress(::GetModuleHandleW(L"ntdll"), "wine_get_version") != nullptr &&
        !Device::awaitClosed(*opened, std::chrono::steady_clock::now() + std::chrono::seconds{2})) {
        GTEST_SKIP() << "Wine does not end the watch of a directory that is deleted";
    }
    EXPECT_TRUE(Device::awaitClosed(*opened, patienceEnds()));
    ASSERT_EQ(1u, recording_.count());
    EXPECT_NE(0u, recording_.records()[0].status);
}

// --- Scarce operations ----------------------------------------------------------------------------------------------

TEST_F(DirectoryWatchTest, LivesOnASingleOperation) {
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

TEST_F(DirectoryWatchTest, StartsOnlyWithAnOperation) {
    PortHandle kernel;
    openPort(1);
    const Device::Key other = ScriptedDevice::add(**port_, kernel, &ScriptedDevice::pends);
    ASSERT_TRUE(port_->read(other, 1, nullptr, 0));
    EXPECT_EQ(code(Refusal::kOperationLimit), start(openWatch()));
    EXPECT_TRUE(closed(other));
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
    EXPECT_EQ(code(Refusal::kDeviceClosed), start(*opened));
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
    EXPECT_TRUE(Device::awaitClosed(*opened, patienceEnds()));
    EXPECT_TRUE(memory.gone());
    EXPECT_EQ(1u, recording_.count()) << "what the listener had not been told of is dropped";
}

TEST_F(DirectoryWatchTest, MayBeClosedAtAnyTime) {
    openPort();
    for (int round = 0; round < 20; ++round) {
        Memory memory{2 + static_cast<std::size_t>(round) % 3};
        const auto opened =
            DirectoryWatch::open(**port_, {directory_.path(), kEverything, false, kToken}, keep(memory.take()));
        ASSERT_EQ(0u, opened.error());
        // Stays until the end: Wine loses a completion that comes while the thread that began the call exits.
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
