#include <gtest/gtest.h>
#include <windows.h>

#include "win32/Error.h"

namespace iocp4j::win32 {
namespace {

TEST(ErrorTest, TranslatesWhatTheKernelLeavesBehind) {
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfStatus(0));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, errorOfStatus(0xc000'0120));
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, errorOfStatus(0xc000'014b));
    EXPECT_EQ(DWORD{ERROR_PIPE_NOT_CONNECTED}, errorOfStatus(0xc000'00b0));
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, errorOfStatus(0xc000'0011));
    EXPECT_EQ(DWORD{ERROR_MORE_DATA}, errorOfStatus(0x8000'0005)) << "a warning is not a success";
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, errorOfStatus(0xc000'0022));
}

// As GetOverlappedResult returns TRUE for them.
TEST(ErrorTest, EveryStatusOfSuccessIsASuccess) {
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfStatus(0x0000'0102)) << "STATUS_TIMEOUT";
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfStatus(0x0000'0108)) << "STATUS_OPLOCK_BREAK_IN_PROGRESS";
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfStatus(0x0000'010c)) << "STATUS_NOTIFY_ENUM_DIR";
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfStatus(0x4000'0000)) << "STATUS_OBJECT_NAME_EXISTS";
}

TEST(ErrorTest, LooksAtNoMoreThanTheStatus) {
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfStatus(0xcccc'cccc'0000'0000));
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, errorOfStatus(0xcccc'cccc'c000'0011));
}

TEST(ErrorTest, AnErrorComesBackFromItsStatus) {
    for (const DWORD error : {DWORD{ERROR_SUCCESS}, DWORD{ERROR_ACCESS_DENIED}, DWORD{ERROR_INVALID_HANDLE},
                              DWORD{ERROR_OPERATION_ABORTED}}) {
        EXPECT_EQ(error, errorOfStatus(statusOfError(error)));
    }
}

TEST(ErrorTest, HasAMessageWithoutLineEnd) {
    const std::wstring message = errorMessage(ERROR_ACCESS_DENIED);
    ASSERT_FALSE(message.empty());
    EXPECT_EQ(std::wstring::npos, message.find_first_of(L"\r\n"));
    EXPECT_NE(L' ', message.back());
}

TEST(ErrorTest, HasNoMessageForWhatWindowsDoesNotKnow) { EXPECT_EQ(L"", errorMessage(0x2000'0001)); }

}  // namespace
}  // namespace iocp4j::win32
