#include <gtest/gtest.h>

#include "../fixtures/SocketEnds.h"
#include "../fixtures/Wine.h"
#include "win32/Winsock.h"

namespace iocp4j::win32 {
namespace {

struct Translation {
    std::uint32_t status;
    int error;
};
constexpr Translation kTranslations[] = {
    {0xc000'0140, WSAENOTCONN},      // STATUS_INVALID_CONNECTION; RtlNtStatusToDosError: ERROR_UNEXP_NET_ERR
    {0xc000'00c4, WSAENETDOWN},      // STATUS_UNEXPECTED_NETWORK_ERROR; the same
    {0xc000'013e, WSAECONNRESET},    // STATUS_LINK_FAILED
    {0xc000'013f, WSAETIMEDOUT},     // STATUS_LINK_TIMEOUT
    {0xc000'0236, WSAECONNREFUSED},  // STATUS_CONNECTION_REFUSED
    {0xc000'00bc, WSAECONNREFUSED},  // STATUS_REMOTE_NOT_LISTENING; RtlNtStatusToDosError: ERROR_REM_NOT_LIST
    {0xc000'013d, WSAENOBUFS},       // STATUS_REMOTE_RESOURCES; the same
    {0xc000'020d, WSAECONNRESET},    // STATUS_CONNECTION_RESET; RtlNtStatusToDosError: ERROR_NETNAME_DELETED
    {0xc000'020c, WSAECONNRESET},    // STATUS_CONNECTION_DISCONNECTED
    {0xc000'013b, WSAECONNABORTED},  // STATUS_LOCAL_DISCONNECT; the same as for STATUS_CONNECTION_RESET
    {0xc000'0241, WSAECONNABORTED},  // STATUS_CONNECTION_ABORTED
    {0xc000'023f, WSAECONNRESET},    // STATUS_PORT_UNREACHABLE
    {0xc000'00b5, WSAETIMEDOUT},     // STATUS_IO_TIMEOUT
    {0xc000'023c, WSAENETUNREACH},   // STATUS_NETWORK_UNREACHABLE
    {0xc000'023d, WSAEHOSTUNREACH},  // STATUS_HOST_UNREACHABLE
    {0x8000'0005, WSAEMSGSIZE},      // STATUS_BUFFER_OVERFLOW
    {0xc000'009a, WSAENOBUFS},       // STATUS_INSUFFICIENT_RESOURCES
    {0xc000'0008, WSAENOTSOCK},      // STATUS_INVALID_HANDLE
    {0xc000'0022, WSAEACCES},        // STATUS_ACCESS_DENIED
    {0xc000'00b0, WSAESHUTDOWN},     // STATUS_PIPE_DISCONNECTED
    {0xc000'0120, ERROR_OPERATION_ABORTED},
    {0, ERROR_SUCCESS},
};

TEST(WinsockTest, StatusesOfPacketsBecomeWinsocksCodes) {
    for (const auto& [status, error] : kTranslations) {
        EXPECT_EQ(static_cast<ErrorCode>(error), winsockErrorOfStatus(status)) << std::hex << status;
        EXPECT_EQ(static_cast<ErrorCode>(error), winsockErrorOfStatus(0xcccc'cccc'0000'0000 | status))
            << "the kernel writes the lower half";
    }
}

// The last of these calls shows that the table is Winsock's.
TEST(WinsockTest, WinsockHasTheSameCodes) {
    const test::PlainSocket socket;
    int compared = 0;
    for (const auto& [status, error] : kTranslations) {
        OVERLAPPED over{};
        over.Internal = status;
        DWORD bytes = 0;
        DWORD flags = 0;
        const BOOL succeeded = ::WSAGetOverlappedResult(socket.get(), &over, &bytes, FALSE, &flags);
        const int reported = succeeded ? ERROR_SUCCESS : ::WSAGetLastError();
        if (!test::isWine() || reported != WSAEINVAL) {
            EXPECT_EQ(error, reported) << std::hex << status;
            ++compared;
        }
    }
    EXPECT_GT(compared, 0);
}

TEST(WinsockTest, WhatWinsockHasNoCodeForIsTheSystems) {
    constexpr std::uintptr_t kHandlesClosed = 0x8000'000a;
    EXPECT_EQ(errorOfStatus(kHandlesClosed), winsockErrorOfStatus(kHandlesClosed));
    EXPECT_EQ(ErrorCode{WSAECONNRESET}, winsockErrorOfStatus(statusOfError(WSAECONNRESET)));
}

TEST(WinsockTest, FailuresOfOtherCallsBecomeWinsocksCodes) {
    EXPECT_EQ(ErrorCode{WSAENOBUFS}, winsockError(ERROR_NOT_ENOUGH_MEMORY));
    EXPECT_EQ(ErrorCode{WSAENOBUFS}, winsockError(ERROR_NO_SYSTEM_RESOURCES));
    EXPECT_EQ(ErrorCode{WSAEINVAL}, winsockError(ERROR_INVALID_PARAMETER));
    EXPECT_EQ(ErrorCode{WSAENOTSOCK}, winsockError(ERROR_INVALID_HANDLE));
}

TEST(WinsockTest, CodesThatAreTheSameEverywhereStay) {
    constexpr ErrorCode kHandlesClosed = 676;
    constexpr ErrorCode kOurOwn = 0x2000'0001;
    for (const ErrorCode error :
         {ErrorCode{ERROR_SUCCESS}, ErrorCode{ERROR_OPERATION_ABORTED}, ErrorCode{ERROR_TIMEOUT}, kHandlesClosed,
          ErrorCode{ERROR_HANDLE_EOF}, ErrorCode{WSAECONNRESET}, ErrorCode{WSAENOTCONN}, kOurOwn}) {
        EXPECT_EQ(error, winsockError(error));
        EXPECT_EQ(winsockError(error), winsockError(winsockError(error)));
    }
}

TEST(WinsockTest, AddressesOfOtherMakeAreChecked) {
    const auto parse = [](const SocketAddress& address, std::size_t length) {
        return SocketAddress::parse({reinterpret_cast<const char*>(address.raw()), length}).error();
    };
    const SocketAddress four = test::loopback(80);
    const SocketAddress six = test::loopback(80, AF_INET6);
    EXPECT_EQ(0u, parse(four, sizeof(sockaddr_in)));
    EXPECT_EQ(0u, parse(six, sizeof(sockaddr_in6)));
    EXPECT_EQ(ErrorCode{WSAEFAULT}, parse(four, sizeof(sockaddr_in) - 1));
    EXPECT_EQ(ErrorCode{WSAEFAULT}, parse(four, sizeof(sockaddr_in) + 1));
    EXPECT_EQ(ErrorCode{WSAEFAULT}, parse(six, sizeof(sockaddr_in)));
    EXPECT_EQ(ErrorCode{WSAEAFNOSUPPORT}, parse(four, 1));
    EXPECT_EQ(ErrorCode{WSAEAFNOSUPPORT}, parse(four, 0));
    EXPECT_EQ(ErrorCode{WSAEAFNOSUPPORT}, parse(SocketAddress{}, sizeof(sockaddr_in)));
}

TEST(WinsockTest, SocketsAreNotInherited) {
    const auto socket = createSocket(AF_INET, SOCK_STREAM);
    ASSERT_TRUE(socket);
    DWORD flags = HANDLE_FLAG_INHERIT;
    ASSERT_TRUE(::GetHandleInformation(socket->get(), &flags));
    EXPECT_EQ(0u, flags & HANDLE_FLAG_INHERIT);
}

TEST(WinsockTest, FamiliesThatDoNotExistAreRefused) {
    constexpr int kNoFamily = 99;
    EXPECT_NE(0u, createSocket(kNoFamily, SOCK_STREAM).error());
}

}  // namespace
}  // namespace iocp4j::win32
