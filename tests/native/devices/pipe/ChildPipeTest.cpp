#include <gtest/gtest.h>

#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Launch.h"
#include "../../fixtures/ReadToEnd.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/ChildPipe.h"

namespace iocp4j {
namespace {

using namespace test;

class ChildPipeTest : public ::testing::Test {
protected:
    Device::Key open(PipeDirection direction = PipeDirection::kDuplex, bool overlappedChild = false) {
        ChildPipeSettings settings;
        settings.direction = direction;
        settings.overlappedChild = overlappedChild;
        const auto opened = ChildPipe::open(*port_, settings);
        EXPECT_EQ(0u, opened.error());
        return *opened;
    }

    // The test must not have closed the device.
    static ChildPipe& pipe(Device::Key key) { return static_cast<ChildPipe&>(*Share<Device>{key}); }

    Recording recording_;
    TestPort port_{recording_};
};

// Starts a program of Windows with these standard streams.
DWORD run(const std::wstring& command, HANDLE input, HANDLE output, win32::Handle* started = nullptr) {
    STARTUPINFOW startup{};
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = input;
    startup.hStdOutput = output;
    startup.hStdError = output;
    auto child = launch(command, startup, CREATE_NO_WINDOW);
    if (started != nullptr) {
        *started = std::move(child->handle);
    }
    return child.error();
}

TEST_F(ChildPipeTest, CarriesTheOutputOfAChild) {
    const Device::Key key = open(PipeDirection::kInbound);
    ASSERT_EQ(0u, run(L"cmd.exe /c echo hello from the child", nullptr, pipe(key).childEnd()));
    pipe(key).closeChildEnd();
    EXPECT_EQ("hello from the child\r\n", readToEnd(port_, recording_, key));
}

TEST_F(ChildPipeTest, CarriesTheInputOfAChildAndItsOutput) {
    const Device::Key input = open(PipeDirection::kOutbound);
    const Device::Key output = open(PipeDirection::kInbound);
    // The child inherits the parent's copy of neither end. Otherwise it would keep its own input open.
    ASSERT_EQ(0u, run(L"find.exe \"needle\"", pipe(input).childEnd(), pipe(output).childEnd()));
    pipe(input).closeChildEnd();
    pipe(output).closeChildEnd();
    ASSERT_TRUE(port_.write(input, 1, "hay\r\nthe needle\r\nhay\r\n", 22));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_TRUE(closed(input)) << "the child reads to the end of its input";
    EXPECT_EQ("the needle\r\n", readToEnd(port_, recording_, output));
}

TEST_F(ChildPipeTest, DoesNotNoticeTheEndOfTheChildWhileItsEndIsOpenHere) {
    const Device::Key key = open(PipeDirection::kInbound);
    win32::Handle child;
    ASSERT_EQ(0u, run(L"cmd.exe /c exit", nullptr, pipe(key).childEnd(), &child));
    char buffer[16];
    ASSERT_TRUE(port_.read(key, 1, buffer, sizeof(buffer)));
    ASSERT_EQ(WAIT_OBJECT_0, ::WaitForSingleObject(child.get(), 60'000));
    ::Sleep(50);  // would let a completion come, if there were one
    EXPECT_EQ(0u, recording_.count());
    pipe(key).closeChildEnd();
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recording_.waitForToken(1).status);
    EXPECT_EQ(nullptr, pipe(key).childEnd());
    pipe(key).closeChildEnd();
}

TEST_F(ChildPipeTest, ChildsEndIsInheritedAndOursIsNot) {
    const Device::Key key = open();
    DWORD flags = 0;
    EXPECT_TRUE(::GetHandleInformation(pipe(key).childEnd(), &flags));
    EXPECT_EQ(DWORD{HANDLE_FLAG_INHERIT}, flags & HANDLE_FLAG_INHERIT);
    EXPECT_TRUE(::GetHandleInformation(pipe(key).handle(), &flags));
    EXPECT_EQ(0u, flags & HANDLE_FLAG_INHERIT);
}

TEST_F(ChildPipeTest, CloseOfTheDeviceClosesBothEnds) {
    const Device::Key key = open();
    const HANDLE child = pipe(key).childEnd();
    DWORD flags = 0;
    EXPECT_TRUE(::GetHandleInformation(child, &flags));
    EXPECT_TRUE(closed(key));
    EXPECT_FALSE(::GetHandleInformation(child, &flags));
}

TEST_F(ChildPipeTest, EachHasAUniqueNameToWhichNoClientCanConnect) {
    const Device::Key one = open();
    const Device::Key other = open();
    EXPECT_NE(pipe(one).name(), pipe(other).name());
    EXPECT_EQ(std::wstring{L"\\\\.\\pipe\\iocp4j-child-"}.size() + 32, pipe(one).name().size());
    EXPECT_EQ(INVALID_HANDLE_VALUE,
              ::CreateFileW(pipe(one).name().c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, ::GetLastError());
    const win32::Handle second{
        ::CreateNamedPipeW(pipe(one).name().c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, nullptr)};
    EXPECT_FALSE(second);
}

TEST(ChildPipeSafetyTest, AsksForAPrivatePipe) {
    DWORD open = 0;
    DWORD mode = 0;
    DWORD most = 0;
    bool guarded = false;
    DWORD childFlags = 0;
    FakeCall<&win32::Calls::createNamedPipe> create{[&](LPCWSTR name, DWORD openMode, DWORD pipeMode, DWORD instances,
                                                        DWORD out, DWORD in, DWORD timeout,
                                                        SECURITY_ATTRIBUTES* security) {
        open = openMode;
        mode = pipeMode;
        most = instances;
        guarded = security->lpSecurityDescriptor != nullptr && !security->bInheritHandle;
        return decltype(create)::real(name, openMode, pipeMode, instances, out, in, timeout, security);
    }};
    FakeCall<&win32::Calls::createFile> connect{[&](LPCWSTR name, DWORD access, DWORD share,
                                                    SECURITY_ATTRIBUTES* security, DWORD disposition, DWORD flags,
                                                    HANDLE pattern) {
        childFlags = flags;
        return decltype(connect)::real(name, access, share, security, disposition, flags, pattern);
    }};
    Recording recording;
    TestPort port{recording};
    ChildPipeSettings settings;
    ASSERT_TRUE(ChildPipe::open(*port, settings));
    EXPECT_EQ(DWORD{PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE}, open);
    EXPECT_EQ(DWORD{PIPE_REJECT_REMOTE_CLIENTS}, mode & PIPE_REJECT_REMOTE_CLIENTS);
    EXPECT_EQ(1u, most);
    EXPECT_TRUE(guarded);
    EXPECT_EQ(0u, childFlags & FILE_FLAG_OVERLAPPED);
    settings.overlappedChild = true;
    ASSERT_TRUE(ChildPipe::open(*port, settings));
    EXPECT_EQ(DWORD{FILE_FLAG_OVERLAPPED}, childFlags & FILE_FLAG_OVERLAPPED);
}

TEST(ChildPipeFailureTest, LeavesNothingWhenOneEndCannotBeHad) {
    const FakeCall<&win32::Calls::createFile> connect{[](auto...) {
        ::SetLastError(ERROR_TOO_MANY_OPEN_FILES);
        return INVALID_HANDLE_VALUE;
    }};
    Recording recording;
    TestPort port{recording};
    EXPECT_EQ(DWORD{ERROR_TOO_MANY_OPEN_FILES}, ChildPipe::open(*port, {}).error());
    EXPECT_TRUE(port->snapshot().devices.empty());
}

}  // namespace
}  // namespace iocp4j
