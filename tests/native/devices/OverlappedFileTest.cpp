#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "../fixtures/TempFile.h"
#include "../fixtures/TestPort.h"
#include "devices/OverlappedFile.h"
#include "engine/Operation.h"
#include "win32/WaitedCall.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// A new file on a port. Tests that replace Win32 calls do so before.
class OpenFile {
public:
    explicit OpenFile(DWORD flags = 0, DWORD access = GENERIC_READ | GENERIC_WRITE) {
        OverlappedFileSettings settings;
        settings.path = temp_.path();
        settings.access = access;
        settings.share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
        settings.disposition = CREATE_ALWAYS;
        settings.flags = flags;
        const auto opened = OverlappedFile::open(*port, settings);
        EXPECT_EQ(0u, opened.error());
        key = *opened;
    }

    // The file itself, which stays open as long as this.
    OverlappedFile& operator*() const { return dynamic_cast<OverlappedFile&>(*Share<Device>{key}); }
    OverlappedFile* operator->() const { return &**this; }

    template <class Start>
    CompletionRecord run(Opcode opcode, std::uint64_t position, Start&& start) {
        const std::uint64_t token = ++tokens_;
        EXPECT_TRUE(port.submit(key, opcode, token, [&](Device& device, Operation& operation) {
            operation.setPosition(position);
            return start(dynamic_cast<OverlappedFile&>(device), operation);
        }));
        const CompletionRecord record = recording.waitForToken(token);
        EXPECT_TRUE(port.waitUntilIdle());
        EXPECT_EQ(1u, recording.recordsOf(token).size());
        EXPECT_EQ(opcode, record.opcode);
        EXPECT_EQ(DeviceKind::kFile, record.kind);
        EXPECT_EQ(0u, record.detail);
        return record;
    }

    CompletionRecord read(std::uint64_t position, std::string& data, std::uint32_t length) {
        data.assign(length, '?');
        const CompletionRecord record = run(Opcode::kRead, position, [&](OverlappedFile& file, Operation& operation) {
            return file.read(operation, data.data(), length);
        });
        data.resize(std::min(record.bytes, length));
        return record;
    }

    CompletionRecord write(std::uint64_t position, const std::string& data) {
        return run(Opcode::kWrite, position, [&](OverlappedFile& file, Operation& operation) {
            return file.write(operation, data.data(), static_cast<std::uint32_t>(data.size()));
        });
    }

    CompletionRecord lock(std::uint64_t position, std::uint64_t length, DWORD flags) {
        return run(Opcode::kLock, position,
                   [&](OverlappedFile& file, Operation& operation) { return file.lock(operation, flags, length); });
    }

    // A plain handle to the same file.
    win32::Handle another() const {
        return win32::Handle{::CreateFileW(temp_.path().c_str(), GENERIC_READ | GENERIC_WRITE,
                                           FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                           OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr)};
    }

private:
    TempFile temp_;
    std::uint64_t tokens_ = 1'000;

public:
    Recording recording;
    TestPort port{recording};
    Device::Key key = 0;
};

std::uint32_t openError(const std::wstring& path, DWORD disposition = OPEN_EXISTING) {
    Recording recording;
    TestPort port{recording};
    OverlappedFileSettings settings;
    settings.path = path;
    settings.disposition = disposition;
    return OverlappedFile::open(*port, settings).error();
}

// Pages of memory, which begin on one.
struct Pages {
    explicit Pages(std::size_t count)
        : memory(static_cast<char*>(::VirtualAlloc(nullptr, count * 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE))) {}
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages() { ::VirtualFree(memory, 0, MEM_RELEASE); }

    char* memory;
};

// --- Reading and writing --------------------------------------------------------------------------------------------

TEST(OverlappedFileTest, WritesAndReadsAtPositions) {
    OpenFile file;
    EXPECT_EQ(5u, file.write(100, "hello").bytes);
    std::string data;
    EXPECT_EQ(0u, file.read(101, data, 3).status);
    EXPECT_EQ("ell", data);
    EXPECT_EQ(105u, *file->size());
}

TEST(OverlappedFileTest, PositionsGoBeyondFourGiB) {
    OpenFile file;
    ASSERT_EQ(0u, file->setSparse());
    for (const std::uint64_t position : {4 * kGiB - 3, 5 * kGiB + 12'345, std::uint64_t{7}}) {
        EXPECT_EQ(6u, file.write(position, "here " + std::to_string(position % 7)).bytes);
    }
    EXPECT_EQ(5 * kGiB + 12'351, *file->size());
    std::string data;
    file.read(4 * kGiB - 3, data, 6);
    EXPECT_EQ("here " + std::to_string((4 * kGiB - 3) % 7), data);
    file.read(5 * kGiB + 12'345, data, 100);
    EXPECT_EQ("here " + std::to_string((5 * kGiB + 12'345) % 7), data);
    file.read(12'345, data, 4);
    EXPECT_EQ(std::string(4, '\0'), data) << "not where the low half of the position would be";
}

TEST(OverlappedFileTest, ManyReadsAtOnceGetEachTheirOwn) {
    constexpr std::uint64_t kCount = 200;
    OpenFile file;
    std::string all;
    for (std::uint64_t i = 0; i < kCount; ++i) {
        all += static_cast<char>(i);
    }
    ASSERT_EQ(kCount, file.write(0, all).bytes);
    std::array<char, kCount> bytes{};
    for (std::uint64_t i = 0; i < kCount; ++i) {
        ASSERT_TRUE(file.port.submit(file.key, Opcode::kRead, i, [&](Device& device, Operation& operation) {
            operation.setPosition(i);
            return device.read(operation, &bytes[i], 1);
        }));
    }
    ASSERT_TRUE(file.recording.waitForCount(kCount + 1));
    EXPECT_EQ(all, std::string(bytes.data(), bytes.size()));
}

TEST(OverlappedFileTest, AppendsWhereTheEndIs) {
    OpenFile file;
    file.write(0, "one");
    EXPECT_EQ(3u, file.write(OverlappedFile::kAppend, "two").bytes);
    EXPECT_EQ(5u, file.write(OverlappedFile::kAppend, "three").bytes);
    std::string data;
    file.read(0, data, 20);
    EXPECT_EQ("onetwothree", data);
}

TEST(OverlappedFileTest, ScattersAndGathersPages) {
    OpenFile file{FILE_FLAG_NO_BUFFERING};
    Pages pages{4};
    std::memset(pages.memory, 'a', 4096);
    std::memset(pages.memory + 4096, 'b', 4096);
    std::array<FILE_SEGMENT_ELEMENT, 3> from{};
    from[0].Buffer = pages.memory + 4096;
    from[1].Buffer = pages.memory;
    EXPECT_EQ(8192u, file.run(Opcode::kWrite, 4096,
                              [&](OverlappedFile& target, Operation& operation) {
                                  return target.writeGather(operation, from.data(), 8192);
                              })
                         .bytes);
    std::array<FILE_SEGMENT_ELEMENT, 3> into{};
    into[0].Buffer = pages.memory + 2 * 4096;
    into[1].Buffer = pages.memory + 3 * 4096;
    EXPECT_EQ(8192u, file.run(Opcode::kRead, 4096,
                              [&](OverlappedFile& target, Operation& operation) {
                                  return target.readScatter(operation, into.data(), 8192);
                              })
                         .bytes);
    EXPECT_EQ(std::string(4096, 'b') + std::string(4096, 'a'), std::string(pages.memory + 2 * 4096, 8192));
}

// --- The end of the file --------------------------------------------------------------------------------------------

TEST(OverlappedFileTest, ReadsUpToTheEndAndNothingBehind) {
    OpenFile file;
    file.write(0, "12345");
    std::string data;
    EXPECT_EQ(0u, file.read(3, data, 10).status);
    EXPECT_EQ("45", data);
    for (const std::uint64_t position : {std::uint64_t{5}, std::uint64_t{6}, 5 * kGiB}) {
        const CompletionRecord record = file.read(position, data, 10);
        EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, record.status) << position;
        EXPECT_EQ(0u, record.bytes);
    }
}

TEST(OverlappedFileTest, AnEmptyReadSucceedsAnywhere) {
    OpenFile file;
    std::string data;
    EXPECT_EQ(0u, file.read(0, data, 0).status);
    EXPECT_EQ(0u, file.read(5 * kGiB, data, 0).status);
    EXPECT_EQ(0u, file.write(3, "").status);
    EXPECT_EQ(0u, *file->size());
}

TEST(OverlappedFileTest, AnEndToldAtOnceIsTheSame) {
    const FakeCall<&win32::Calls::readFile> fake{[](auto...) { return failing(ERROR_HANDLE_EOF); }};
    OpenFile file;
    std::string data;
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, file.read(0, data, 10).status);
}

TEST(OverlappedFileTest, AnEndToldAsSuccessWithoutBytesIsTheSame) {
    using Read = FakeCall<&win32::Calls::readFile>;
    const Read fake{[](HANDLE handle, void* buffer, DWORD, DWORD* bytes, OVERLAPPED* overlapped) {
        return Read::real(handle, buffer, 0, bytes, overlapped);
    }};
    OpenFile file;
    std::string data;
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, file.read(0, data, 10).status);
    EXPECT_EQ(0u, file.read(0, data, 0).status);
}

// --- Done during the call or later ----------------------------------------------------------------------------------

TEST(OverlappedFileTest, TrueIsOneCompletionLikePending) {
    using Read = FakeCall<&win32::Calls::readFile>;
    using Write = FakeCall<&win32::Calls::writeFile>;
    bool atOnce = false;
    // The packet is there in either case. run() checks that it counts once.
    const Read read{[&](HANDLE handle, void* buffer, DWORD length, DWORD* bytes, OVERLAPPED* overlapped) {
        const BOOL done = Read::real(handle, buffer, length, bytes, overlapped);
        return done || ::GetLastError() != ERROR_IO_PENDING ? done : atOnce ? TRUE : failing(ERROR_IO_PENDING);
    }};
    const Write write{[&](HANDLE handle, const void* buffer, DWORD length, DWORD* bytes, OVERLAPPED* overlapped) {
        const BOOL done = Write::real(handle, buffer, length, bytes, overlapped);
        return done || ::GetLastError() != ERROR_IO_PENDING ? done : atOnce ? TRUE : failing(ERROR_IO_PENDING);
    }};
    OpenFile file;
    std::string data;
    for (const bool now : {false, true, false, true}) {
        atOnce = now;
        EXPECT_EQ(4u, file.write(10, now ? "true" : "fals").bytes);
        EXPECT_EQ(4u, file.read(10, data, 4).bytes);
        EXPECT_EQ(now ? "true" : "fals", data);
    }
    EXPECT_EQ(0u, file.port.foreignPackets());
}

TEST(OverlappedFileTest, FailuresAreCompletions) {
    OpenFile file{0, GENERIC_WRITE};
    std::string data;
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, file.read(0, data, 1).status);
}

TEST(OverlappedFileTest, AFullDiskIsToldWithTheBytesThatFitted) {
    const FakeCall<&win32::Calls::writeFile> fake{[](auto...) { return failing(ERROR_DISK_FULL); }};
    OpenFile file;
    const CompletionRecord record = file.write(0, "x");
    EXPECT_EQ(DWORD{ERROR_DISK_FULL}, record.status);
    EXPECT_EQ(0u, record.bytes);
}

// --- Locks ----------------------------------------------------------------------------------------------------------

TEST(OverlappedFileTest, LocksAtOnceWhereNobodyIs) {
    OpenFile file;
    EXPECT_EQ(0u, file.lock(5 * kGiB, 100, LOCKFILE_EXCLUSIVE_LOCK).status);
    EXPECT_EQ(0u, file.lock(0, 10, 0).status);
    EXPECT_EQ(0u, file->unlock(5 * kGiB, 100));
    EXPECT_EQ(0u, file->unlock(0, 10));
    const win32::ErrorCode again = file->unlock(0, 10);
    // Windows says the first.
    EXPECT_TRUE(again == ERROR_NOT_LOCKED || again == ERROR_LOCK_VIOLATION) << again;
    EXPECT_EQ(0u, file.port.foreignPackets());
}

TEST(OverlappedFileTest, LockedRangesGoBeyondFourGiB) {
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

TEST(OverlappedFileTest, DoesNotWaitForALockThatFailsImmediately) {
    OpenFile file;
    const win32::Handle other = file.another();
    ASSERT_EQ(0u, win32::WaitedCall{}.make(other.get(), [&](OVERLAPPED* overlapped) {
        return ::LockFileEx(other.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 10, 0, overlapped);
    }));
    EXPECT_EQ(DWORD{ERROR_LOCK_VIOLATION}, file.lock(5, 1, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY).status);
    EXPECT_EQ(0u, file.lock(10, 1, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY).status);
}

// Whether a lock that has waited is ever had here.
bool contendedLocksComplete(const OpenFile& file) {
    const win32::Handle holder = file.another();
    const win32::Handle waiter = file.another();
    EXPECT_EQ(0u, win32::WaitedCall{}.make(holder.get(), [&](OVERLAPPED* overlapped) {
        return ::LockFileEx(holder.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, overlapped);
    }));
    const win32::Handle had{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    static OVERLAPPED operation;  // Wine never lets go of it
    operation = OVERLAPPED{};
    operation.hEvent = had.get();
    EXPECT_FALSE(::LockFileEx(waiter.get(), LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &operation));
    OVERLAPPED range{};
    EXPECT_TRUE(::UnlockFileEx(holder.get(), 0, 1, 0, &range));
    return ::WaitForSingleObject(had.get(), 1'000) == WAIT_OBJECT_0;
}

TEST(OverlappedFileTest, WaitsForALock) {
    OpenFile file;
    if (!contendedLocksComplete(file)) {
        GTEST_SKIP() << "this system does not complete a LockFileEx that has to wait";
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

// A lock that is had at once, on a system of either kind, or later.
class LockOnAnySystemTest : public ::testing::Test {
protected:
    Device::Key add(OverlappedFile::ImmediateLockOf immediateLock) {
        const auto device = port_->add(
            std::make_unique<OverlappedFile>(*port_, L"file",
                                             win32::Handle{::CreateFileW(temp_.path().c_str(), GENERIC_READ, 0, nullptr,
                                                                         CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, nullptr)},
                                             1, immediateLock));
        EXPECT_TRUE(device);
        return *device;
    }

    void submit(Device::Key key, std::uint64_t token) {
        ASSERT_TRUE(port_.submit(key, Opcode::kLock, token, [](Device& device, Operation& operation) {
            return dynamic_cast<OverlappedFile&>(device).lock(operation, LOCKFILE_EXCLUSIVE_LOCK, 10);
        }));
    }

    // As the kernel ends an operation.
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
    TestPort port_{recording_};
};

TEST_F(LockOnAnySystemTest, CompletesOnceWhereAPacketComes) {
    key_ = add([]() noexcept { return OverlappedFile::ImmediateLock::kQueuesPacket; });
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    port_.end();
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(LockOnAnySystemTest, WaitsForThePacketWhereOneComes) {
    queuesPacket_ = false;
    key_ = add([]() noexcept { return OverlappedFile::ImmediateLock::kQueuesPacket; });
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.count());
    complete(key_, had_, 0);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_TRUE(port_.waitUntilIdle());
    EXPECT_EQ(0u, port_.foreignPackets());
}

TEST_F(LockOnAnySystemTest, CompletesOnceWhereNoneDoes) {
    queuesPacket_ = false;
    key_ = add([]() noexcept { return OverlappedFile::ImmediateLock::kQueuesNone; });
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    port_.end();
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(LockOnAnySystemTest, CompletesWhenItIsHad) {
    answer_ = FALSE;
    key_ = add([]() noexcept { return OverlappedFile::ImmediateLock::kQueuesNone; });
    submit(key_, 1);
    EXPECT_EQ(0u, recording_.count());
    complete(key_, std::exchange(pending_, nullptr), 0);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(LockOnAnySystemTest, ThatWaitsIsCancelledByClosing) {
    constexpr DWORD kHandlesClosed = 676;
    answer_ = FALSE;
    key_ = add([]() noexcept { return OverlappedFile::ImmediateLock::kQueuesPacket; });
    submit(key_, 1);
    EXPECT_TRUE(closed(key_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

// What the probe makes of a system whose LockFileEx is like that.
OverlappedFile::ImmediateLock probed(const std::function<BOOL(HANDLE port, OVERLAPPED*)>& lockFileEx) {
    using Create = FakeCall<&win32::Calls::createIoCompletionPort>;
    HANDLE port = nullptr;
    const Create create{[&](HANDLE file, HANDLE existing, ULONG_PTR key, DWORD threads) {
        const HANDLE made = Create::real(file, existing, key, threads);
        port = port == nullptr ? made : port;
        return made;
    }};
    const FakeCall<&win32::Calls::lockFileEx> lock{
        [&](HANDLE, DWORD, DWORD, DWORD, DWORD, OVERLAPPED* overlapped) { return lockFileEx(port, overlapped); }};
    return probeImmediateLock();
}

TEST(ImmediateLockTest, IsProbed) {
    using Lock = OverlappedFile::ImmediateLock;
    EXPECT_EQ(Lock::kQueuesPacket, probed([](HANDLE port, OVERLAPPED* overlapped) {
                  return ::PostQueuedCompletionStatus(port, 0, 0, overlapped);
              }));
    EXPECT_EQ(Lock::kQueuesNone, probed([](HANDLE, OVERLAPPED*) { return TRUE; }));
    EXPECT_EQ(Lock::kQueuesPacket, probed([](HANDLE, OVERLAPPED*) { return failing(ERROR_LOCK_VIOLATION); }));
}

TEST(ImmediateLockTest, IsDocumentedWhereTheProbeCannotBeMade) {
    const FakeCall<&win32::Calls::createFile> fake{[](auto...) {
        ::SetLastError(ERROR_ACCESS_DENIED);
        return INVALID_HANDLE_VALUE;
    }};
    EXPECT_EQ(OverlappedFile::ImmediateLock::kQueuesPacket, probeImmediateLock());
}

// --- Everything else ------------------------------------------------------------------------------------------------

TEST(OverlappedFileTest, OpeningTellsWhyNot) {
    const TempFile temp;
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, openError(temp.path()));
    EXPECT_EQ(DWORD{ERROR_PATH_NOT_FOUND}, openError(temp.path() + L"\\x"));
    EXPECT_EQ(DWORD{ERROR_NOT_SUPPORTED}, openError(L"NUL"));
    EXPECT_EQ(DWORD{ERROR_INVALID_NAME}, openError(std::wstring{L"a\0b", 3}));
    const win32::Handle alone{::CreateFileW(temp.path().c_str(), GENERIC_READ, 0, nullptr, CREATE_NEW, 0, nullptr)};
    EXPECT_EQ(DWORD{ERROR_SHARING_VIOLATION}, openError(temp.path()));
    EXPECT_EQ(DWORD{ERROR_FILE_EXISTS}, openError(temp.path(), CREATE_NEW));
}

TEST(OverlappedFileTest, OpensPathsOfAnyLength) {
    wchar_t temp[MAX_PATH + 1];
    ASSERT_GT(::GetTempPathW(MAX_PATH + 1, temp), 0u);
    std::wstring path = temp + (L"iocp4j-test-" + std::to_wstring(::GetCurrentProcessId()));
    std::vector<std::wstring> folders;
    while (path.size() < 400) {
        ASSERT_TRUE(::CreateDirectoryW((L"\\\\?\\" + path).c_str(), nullptr)) << ::GetLastError();
        folders.push_back(L"\\\\?\\" + path);
        path += L"\\" + std::wstring(50, L'ä');
    }
    Recording recording;
    TestPort port{recording};
    OverlappedFileSettings settings;
    settings.path = path;
    settings.disposition = CREATE_NEW;
    settings.flags = FILE_FLAG_DELETE_ON_CLOSE;
    const auto opened = OverlappedFile::open(*port, settings);
    EXPECT_EQ(0u, opened.error());
    EXPECT_TRUE(closed(*opened));
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        EXPECT_TRUE(::RemoveDirectoryW(folder->c_str())) << "the file is gone";
    }
}

TEST(OverlappedFileTest, AlignmentIsTheSectorOfUnbufferedFilesOnly) {
    constexpr DWORD kSector = 2'048;
    constexpr DWORD kAddressMask = 0xFFF;
    DWORD mask = 0;
    using Info = FakeCall<&win32::Calls::getFileInformationByHandleEx>;
    const Info info{[&](HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, void* into, DWORD length) {
        if (which == FileStorageInfo) {
            static_cast<FILE_STORAGE_INFO*>(into)->LogicalBytesPerSector = kSector;
        } else if (which == FileAlignmentInfo) {
            static_cast<FILE_ALIGNMENT_INFO*>(into)->AlignmentRequirement = mask;
        } else {
            return Info::real(file, which, into, length);
        }
        return TRUE;
    }};
    EXPECT_EQ(
        1u, OpenFile {} -> alignment());
    EXPECT_EQ(
        kSector, OpenFile { FILE_FLAG_NO_BUFFERING } -> alignment());
    mask = kAddressMask;
    EXPECT_EQ(
        kAddressMask + 1, OpenFile { FILE_FLAG_NO_BUFFERING } -> alignment());
}

TEST(OverlappedFileTest, AlignmentIsTheVolumesWhereTheFileDoesNotTell) {
    const FakeCall<&win32::Calls::getFileInformationByHandleEx> info{
        [](auto...) { return failing(ERROR_NOT_SUPPORTED); }};
    const std::uint32_t alignment = OpenFile { FILE_FLAG_NO_BUFFERING } -> alignment();
    EXPECT_TRUE(alignment == 512 || alignment == 4096) << alignment;
}

TEST(OverlappedFileTest, CutsAndExtends) {
    OpenFile file;
    file.write(0, "12345");
    EXPECT_EQ(0u, file->setSize(3));
    EXPECT_EQ(3u, *file->size());
    EXPECT_EQ(0u, file->setSize(6 * kGiB));
    EXPECT_EQ(6 * kGiB, *file->size());
    EXPECT_EQ(0u, file->flush());
    std::string data;
    file.read(0, data, 5);
    EXPECT_EQ(std::string("123\0\0", 5), data);
}

TEST(OverlappedFileTest, CallsThatFailTellWhy) {
    const FakeCall<&win32::Calls::setFileInformationByHandle> set{[](auto...) { return failing(ERROR_DISK_FULL); }};
    const FakeCall<&win32::Calls::getFileInformationByHandleEx> get{[](auto...) { return failing(ERROR_IO_DEVICE); }};
    const FakeCall<&win32::Calls::flushFileBuffers> flush{[](auto...) { return failing(ERROR_WRITE_FAULT); }};
    const FakeCall<&win32::Calls::deviceIoControl> control{[](auto...) { return failing(ERROR_INVALID_FUNCTION); }};
    OpenFile file;
    EXPECT_EQ(DWORD{ERROR_DISK_FULL}, file->setSize(1));
    EXPECT_EQ(DWORD{ERROR_IO_DEVICE}, file->size().error());
    EXPECT_EQ(DWORD{ERROR_IO_DEVICE}, file->copyMetadataFrom(*file));
    EXPECT_EQ(DWORD{ERROR_WRITE_FAULT}, file->flush());
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, file->setSparse());
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, file->setCompressed(true));
}

TEST(OverlappedFileTest, ControlsThatPendAreWaitedForAndQueueNoPacket) {
    USHORT format = 99;
    const FakeCall<&win32::Calls::deviceIoControl> control{
        [&](HANDLE, DWORD, void* input, DWORD, void*, DWORD, DWORD*, OVERLAPPED* overlapped) {
            format = *static_cast<USHORT*>(input);
            EXPECT_EQ(1u, reinterpret_cast<std::uintptr_t>(overlapped->hEvent) & 1);
            overlapped->Internal = 0;
            EXPECT_TRUE(::SetEvent(static_cast<char*>(overlapped->hEvent) - 1));
            return failing(ERROR_IO_PENDING);
        }};
    OpenFile file;
    EXPECT_EQ(0u, file->setCompressed(true));
    EXPECT_EQ(COMPRESSION_FORMAT_DEFAULT, format);
    EXPECT_EQ(0u, file->setCompressed(false));
    EXPECT_EQ(COMPRESSION_FORMAT_NONE, format);
}

TEST(OverlappedFileTest, TakesOverTimesAndAttributes) {
    OpenFile source;
    OpenFile target;
    FILE_BASIC_INFO info{};
    info.CreationTime.QuadPart = 126'000'000'000'000'000;
    info.LastAccessTime.QuadPart = 127'000'000'000'000'000;
    info.LastWriteTime.QuadPart = 128'000'000'000'000'000;
    info.FileAttributes = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN;
    ASSERT_TRUE(::SetFileInformationByHandle(source->handle(), FileBasicInfo, &info, sizeof info));
    target.write(0, "x");
    EXPECT_EQ(0u, target->copyMetadataFrom(*source));
    FILE_BASIC_INFO got{};
    FILE_BASIC_INFO wanted{};
    ASSERT_TRUE(::GetFileInformationByHandleEx(target->handle(), FileBasicInfo, &got, sizeof got));
    ASSERT_TRUE(::GetFileInformationByHandleEx(source->handle(), FileBasicInfo, &wanted, sizeof wanted));
    EXPECT_EQ(wanted.LastWriteTime.QuadPart, got.LastWriteTime.QuadPart);
    EXPECT_EQ(wanted.CreationTime.QuadPart, got.CreationTime.QuadPart);
    EXPECT_EQ(wanted.FileAttributes, got.FileAttributes);
}

}  // namespace
}  // namespace iocp4j
