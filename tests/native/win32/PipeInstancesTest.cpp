#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/Wine.h"
#include "win32/PipeHolder.h"
#include "win32/PipeInstances.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j::win32 {
namespace {

using namespace test;

PipeShape shapeOf(std::wstring name, DWORD access = PIPE_ACCESS_DUPLEX) {
    return {std::move(name), access | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 4096, 4096};
}

DWORD errorOfConnecting(const std::wstring& name) {
    const Handle client{::CreateFileW(name.c_str(), 0, 0, nullptr, OPEN_EXISTING, 0, nullptr)};
    return client ? ERROR_SUCCESS : ::GetLastError();
}

constexpr DWORD kDirections[] = {PIPE_ACCESS_DUPLEX, PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND};
constexpr DWORD kTypes[] = {PIPE_TYPE_BYTE | PIPE_READMODE_BYTE, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE};

class PipeInstancesTest : public ::testing::Test {
protected:
    SecurityDescriptor descriptor_ = std::move(*SecurityDescriptor::privateToUser());
    SECURITY_ATTRIBUTES security_ = descriptor_.attributes();
};

TEST_F(PipeInstancesTest, HolderKeepsTheNameAndTakesNoClient) {
    for (const DWORD access : kDirections) {
        const PipeShape shape = shapeOf(newPipeName(), access);
        auto pipe = createPipe(shape, security_);
        ASSERT_TRUE(pipe) << pipe.error();
        ASSERT_EQ(1u, pipe->instances.size());
        EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfConnecting(shape.name)) << "an instance for clients";
        pipe->instances.clear();
        EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, errorOfConnecting(shape.name));
        EXPECT_FALSE(::WaitNamedPipeW(shape.name.c_str(), 1));
        EXPECT_EQ(DWORD{ERROR_SEM_TIMEOUT}, ::GetLastError());
        {
            const auto another = createInstance(shape, security_);
            EXPECT_EQ(DWORD{ERROR_SUCCESS}, another.error());
            EXPECT_EQ(DWORD{ERROR_SUCCESS}, errorOfConnecting(shape.name));
        }
        pipe->holder.reset();
        EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, errorOfConnecting(shape.name));
    }
}

TEST_F(PipeInstancesTest, NoInstanceIsMadeWhereThePipeCannotBe) {
    for (const wchar_t* bad : {L"", L"no pipe's name", L"C:\\file", L"\\\\.\\pope\\x", L"\\\\.\\pipe\\"}) {
        EXPECT_NE(DWORD{ERROR_SUCCESS}, createPipe(shapeOf(bad), security_).error()) << bad;
        EXPECT_EQ(INVALID_HANDLE_VALUE,
                  createPipeWithoutAccess(bad, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 0, 0, &security_))
            << bad;
    }
}

// Longer than a UNICODE_STRING allows.
TEST_F(PipeInstancesTest, NameThatIsTooLongIsNotCutShort) {
    const std::wstring tooLong = newPipeName() + std::wstring(0x8000, L'x');
    EXPECT_EQ(INVALID_HANDLE_VALUE,
              createPipeWithoutAccess(tooLong.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 0, 0, &security_));
}

// CreateNamedPipe with the same parameters creates an instance of the same pipe.
TEST_F(PipeInstancesTest, HolderIsOfTheShapeThatIsAskedFor) {
    for (const DWORD access : kDirections) {
        for (const DWORD type : kTypes) {
            const std::wstring name = newPipeName();
            const Handle holder{createPipeWithoutAccess((name + L". ").c_str(), access, type, 4096, 4096, &security_)};
            ASSERT_TRUE(holder) << ::GetLastError();
            const auto create = [&](DWORD direction) {
                return Handle{::CreateNamedPipeW(name.c_str(), direction, type, PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0,
                                                 &security_)};
            };
            const Handle other = create(access == PIPE_ACCESS_INBOUND ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND);
            EXPECT_FALSE(other) << "the opposite direction";
            EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, ::GetLastError());
            const Handle instance = create(access);
            ASSERT_TRUE(instance) << ::GetLastError();
            DWORD flags = 0;
            DWORD most = 0;
            if (::GetNamedPipeInfo(instance.get(), &flags, nullptr, nullptr, &most)) {
                EXPECT_EQ(type & PIPE_TYPE_MESSAGE, flags & PIPE_TYPE_MESSAGE);
                EXPECT_GE(most, DWORD{PIPE_UNLIMITED_INSTANCES});
            }
        }
    }
}

TEST_F(PipeInstancesTest, PipeThatExistsIsNotMadeAgain) {
    const PipeShape shape = shapeOf(newPipeName());
    const Handle holder{createPipeHolder(shape.name.c_str(), shape.openMode, shape.pipeMode, 0, 0, &security_)};
    if (isWine() && !holder) {
        ASSERT_EQ(DWORD{ERROR_CALL_NOT_IMPLEMENTED}, ::GetLastError());
        GTEST_SKIP() << "Wine lets clients connect to such a holder, and others make the pipe again";
    }
    ASSERT_TRUE(holder) << ::GetLastError();
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, errorOfConnecting(shape.name));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, createPipe(shape, security_).error());
}

// The holder must be an ordinary instance, as under Wine.
TEST_F(PipeInstancesTest, ClientThatComesBeforeTheHolderIsMadeKeepsItsInstance) {
    const FakeCall<&win32::Calls::createPipeHolder> holder{[](auto...) -> HANDLE {
        ::SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return INVALID_HANDLE_VALUE;
    }};
    PipeShape shape = shapeOf(newPipeName());
    shape.openMode = PIPE_ACCESS_DUPLEX;  // for put() and get()
    std::vector<Handle> quick;
    FakeCall<&win32::Calls::createFile> visit{[&](auto... arguments) {
        if (quick.size() < 2) {
            quick.push_back(connectTo(shape.name));
        }
        return decltype(visit)::real(arguments...);
    }};
    auto pipe = createPipe(shape, security_);
    ASSERT_TRUE(pipe) << pipe.error();
    ASSERT_EQ(2u, pipe->instances.size());
    for (std::size_t i = 0; i < 2; ++i) {
        put(pipe->instances[i], "hello");
        EXPECT_EQ("hello", get(quick[i]));
    }
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, errorOfConnecting(shape.name));
}

TEST_F(PipeInstancesTest, FailureToVisitTheHolderIsThatOfThePipe) {
    const FakeCall<&win32::Calls::createPipeHolder> holder{[](auto...) -> HANDLE {
        ::SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
        return INVALID_HANDLE_VALUE;
    }};
    const FakeCall<&win32::Calls::createFile> visit{[](auto...) -> HANDLE {
        ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
        return INVALID_HANDLE_VALUE;
    }};
    const PipeShape shape = shapeOf(newPipeName());
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, createPipe(shape, security_).error());
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, errorOfConnecting(shape.name)) << "no instance is left";
}

}  // namespace
}  // namespace iocp4j::win32
