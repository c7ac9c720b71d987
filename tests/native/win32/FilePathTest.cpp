#include <gtest/gtest.h>
#include <windows.h>

#include "win32/FilePath.h"

namespace iocp4j::win32 {
namespace {

const std::wstring kLong = [] {
    std::wstring path;
    while (path.size() < 400) {
        path += L"\\folder";
    }
    return path;
}();

TEST(FilePathTest, ShortPathsBecomeAbsoluteAndNothingElse) {
    EXPECT_EQ(L"C:\\a\\c", *openablePath(L"C:\\a\\b\\..\\c"));
    EXPECT_EQ(L"C:\\a\\c", *openablePath(L"C:/a/c"));
    wchar_t current[MAX_PATH];
    ASSERT_GT(::GetCurrentDirectoryW(MAX_PATH, current), 0u);
    std::wstring folder{current};
    if (!folder.ends_with(L'\\')) {
        folder += L'\\';
    }
    EXPECT_EQ(folder + L"x", *openablePath(L"x"));
}

TEST(FilePathTest, LongPathsAreTakenVerbatim) {
    EXPECT_EQ(L"\\\\?\\C:" + kLong, *openablePath(L"C:" + kLong));
    EXPECT_EQ(L"\\\\?\\C:" + kLong, *openablePath(L"C:\\x\\.." + kLong));
    EXPECT_EQ(L"\\\\?\\UNC\\server\\share" + kLong, *openablePath(L"\\\\server\\share" + kLong));
}

TEST(FilePathTest, TheLongestShortPathStaysAndTheNextDoesNot) {
    const std::wstring longest = L"C:\\" + std::wstring(MAX_PATH - 1 - 3, L'x');
    EXPECT_EQ(longest, *openablePath(longest));
    EXPECT_EQ(L"\\\\?\\" + longest + L"y", *openablePath(longest + L"y"));
}

TEST(FilePathTest, WhatIsVerbatimOrADeviceStaysSo) {
    EXPECT_EQ(L"\\\\?\\C:" + kLong, *openablePath(L"\\\\?\\C:" + kLong));
    EXPECT_EQ(L"\\\\.\\pipe\\" + std::wstring(300, L'x'), *openablePath(L"\\\\.\\pipe\\" + std::wstring(300, L'x')));
}

TEST(FilePathTest, OnlyAPathWithADriveSurelyNamesAFile) {
    EXPECT_TRUE(isOnDrive(L"C:\\a"));
    EXPECT_TRUE(isOnDrive(L"\\\\?\\C:\\a"));
    EXPECT_TRUE(isOnDrive(*openablePath(L"a")));
    for (const wchar_t* other : {L"", L"C:", L"a:b\\c", L"\\\\.\\NUL", L"\\\\.\\pipe\\a:\\", L"\\\\?\\NUL", L"\\\\?\\",
                                 L"\\\\server\\pipe\\a", L"\\\\?\\UNC\\server\\pipe\\a", L"\\\\?\\pipe\\a"}) {
        EXPECT_FALSE(isOnDrive(other)) << other;
    }
}

TEST(FilePathTest, NothingIsNoPath) {
    EXPECT_FALSE(openablePath(L""));
    EXPECT_EQ(DWORD{ERROR_INVALID_NAME}, openablePath(std::wstring{L"C:\\a\0b", 6}).error());
}

}  // namespace
}  // namespace iocp4j::win32
