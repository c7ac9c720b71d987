#include <gtest/gtest.h>

#include "../fixtures/PipeEnds.h"
#include "../fixtures/PseudoConsole.h"
#include "win32/Handle.h"
#include "win32/HandleTraits.h"

namespace iocp4j::win32 {
namespace {

using test::PipeEnds;
using test::PipeKind;

TEST(HandleTraitsTest, SayNothingOfWhatIsNoHandle) {
    for (const std::uintptr_t number : {std::uintptr_t{0}, ~std::uintptr_t{0}, std::uintptr_t{0xdead'beef}}) {
        const HandleTraits traits = traitsOf(reinterpret_cast<HANDLE>(number));
        EXPECT_FALSE(traits.console);
        EXPECT_FALSE(traits.synchronous);
    }
}

TEST(HandleTraitsTest, TellASynchronousHandle) {
    const PipeEnds ends{PipeKind::kBytes, 4096, 0};
    EXPECT_FALSE(traitsOf(ends.server.get()).synchronous);
    EXPECT_TRUE(traitsOf(ends.client.get()).synchronous);
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfAssociating(ends.server.get()));
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, errorOfAssociating(ends.client.get()));
}

TEST(HandleTraitsTest, TellAnEventFromAFile) {
    const Handle event{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    EXPECT_FALSE(traitsOf(event.get()).synchronous);
    EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, errorOfAssociating(event.get()));
}

TEST(HandleTraitsTest, TellAHandleThatMayRead) {
    const auto nul = [](DWORD access) {
        return Handle{
            ::CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr)};
    };
    EXPECT_TRUE(mayRead(nul(GENERIC_READ).get()));
    EXPECT_FALSE(mayRead(nul(GENERIC_WRITE).get()));
    EXPECT_FALSE(mayRead(nullptr));
}

TEST(HandleTraitsTest, TellAConsole) {
    const test::PseudoConsole attached;
    if (!attached) {
        GTEST_SKIP() << test::PseudoConsole::kNone;
    }
    const Handle console = attached.openInput();
    ASSERT_TRUE(console) << ::GetLastError();
    EXPECT_TRUE(traitsOf(console.get()).console);
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, errorOfAssociating(console.get()));
}

}  // namespace
}  // namespace iocp4j::win32
