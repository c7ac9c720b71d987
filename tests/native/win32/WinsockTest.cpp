#include <gtest/gtest.h>

#include "../fixtures/SocketEnds.h"
#include "win32/Winsock.h"

namespace iocp4j::win32 {
namespace {

TEST(WinsockTest, CodesOfPacketsBecomeWinsocks) {
    EXPECT_EQ(WSAECONNREFUSED, static_cast<int>(winsockError(ERROR_CONNECTION_REFUSED)));
    EXPECT_EQ(WSAECONNRESET, static_cast<int>(winsockError(ERROR_NETNAME_DELETED)));
    EXPECT_EQ(WSAECONNRESET, static_cast<int>(winsockError(ERROR_PORT_UNREACHABLE)));
    EXPECT_EQ(WSAECONNABORTED, static_cast<int>(winsockError(ERROR_CONNECTION_ABORTED)));
    EXPECT_EQ(WSAETIMEDOUT, static_cast<int>(winsockError(ERROR_SEM_TIMEOUT)));
    EXPECT_EQ(WSAENETUNREACH, static_cast<int>(winsockError(ERROR_NETWORK_UNREACHABLE)));
    EXPECT_EQ(WSAEHOSTUNREACH, static_cast<int>(winsockError(ERROR_HOST_UNREACHABLE)));
    EXPECT_EQ(WSAEMSGSIZE, static_cast<int>(winsockError(ERROR_MORE_DATA)));
    EXPECT_EQ(WSAENOBUFS, static_cast<int>(winsockError(ERROR_NO_SYSTEM_RESOURCES)));
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
