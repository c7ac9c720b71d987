// Calls for the properties of a file: size, storage and metadata.

#include <gtest/gtest.h>

#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/OpenFile.h"
#include "devices/file/OverlappedFile.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(OverlappedFileCallsTest, CutsAndExtends) {
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

TEST(OverlappedFileCallsTest, FailedCallsReturnTheError) {
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

TEST(OverlappedFileCallsTest, ControlsThatPendAreWaitedForAndQueueNoPacket) {
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

TEST(OverlappedFileCallsTest, TakesOverTimesAndAttributes) {
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
