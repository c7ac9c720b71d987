#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenFile.h"
#include "devices/file/OverlappedFile.h"

namespace iocp4j {
namespace {

using namespace test;

// Memory pages, aligned to a page.
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

TEST(OverlappedFileTest, AnEndReportedAtOnceIsTheSame) {
    const FakeCall<&win32::Calls::readFile> fake{[](auto...) { return failing(ERROR_HANDLE_EOF); }};
    OpenFile file;
    std::string data;
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, file.read(0, data, 10).status);
}

TEST(OverlappedFileTest, AnEndReportedAsSuccessWithoutBytesIsTheSame) {
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
    // A packet is queued in either case. run() checks that it counts once.
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

TEST(OverlappedFileTest, AFullDiskIsReported) {
    const FakeCall<&win32::Calls::writeFile> fake{[](auto...) { return failing(ERROR_DISK_FULL); }};
    const FakeCall<&win32::Calls::writeFileEx> fakeEx{[](auto...) { return failing(ERROR_DISK_FULL); }};
    OpenFile file;
    const CompletionRecord record = file.write(0, "x");
    EXPECT_EQ(DWORD{ERROR_DISK_FULL}, record.status);
    EXPECT_EQ(0u, record.bytes);
}

}  // namespace
}  // namespace iocp4j
