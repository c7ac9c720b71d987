#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "../../fixtures/Census.h"
#include "../../fixtures/ChildProgram.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Launch.h"
#include "../../fixtures/TestPort.h"
#include "devices/process/ChildProcess.h"

namespace iocp4j {
namespace {

using namespace test;

// Another handle of a process.
win32::Handle another(HANDLE process) {
    HANDLE copy = nullptr;
    ::DuplicateHandle(::GetCurrentProcess(), process, ::GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    return win32::Handle{copy};
}

// Each process that is created, so that a test can see it end.
class CreatedProcesses {
public:
    std::vector<win32::Handle> all;

private:
    FakeCall<&win32::Calls::createProcess> create_{[this](LPCWSTR program, LPWSTR commandLine,
                                                          LPSECURITY_ATTRIBUTES process, LPSECURITY_ATTRIBUTES thread,
                                                          BOOL inherit, DWORD flags, LPVOID environment, LPCWSTR folder,
                                                          LPSTARTUPINFOW startup, LPPROCESS_INFORMATION created) {
        const BOOL done = decltype(create_)::real(program, commandLine, process, thread, inherit, flags, environment,
                                                  folder, startup, created);
        if (done) {
            all.push_back(another(created->hProcess));
        }
        return done;
    }};
};

class ChildProcessFailureTest : public ::testing::Test {
protected:
    // Starts a child that would run for ever.
    static win32::Result<ChildProcess::Opened> start(const TestPort& port) {
        ChildProcessSettings settings = settingsFor(child(L"wait"));
        settings.streams[0] = ChildStream::kNull;
        settings.streams[2] = ChildStream::kInherit;
        return launch([&] { return ChildProcess::open(*port, settings); });
    }

    static void expectNothingLeft(
        DWORD error, const std::function<void()>& beforeEach = [] {}) {
        CreatedProcesses created;
        const bool nothing = leavesNothing([&](unsigned) {
            beforeEach();
            {
                Recording recording;
                const TestPort port{recording};
                EXPECT_EQ(error, start(port).error());
                EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); }));
            }
            for (const win32::Handle& process : created.all) {
                EXPECT_TRUE(ends(process.get()));
            }
            created.all.clear();
        });
        EXPECT_TRUE(nothing);
    }
};

TEST_F(ChildProcessFailureTest, LeavesNothingWhenTheProcessCannotBeCreated) {
    const FakeCall<&win32::Calls::createProcess> create{[](auto...) { return failing(ERROR_NO_SYSTEM_RESOURCES); }};
    const bool nothing = leavesNothing([](unsigned) {
        Recording recording;
        const TestPort port{recording};
        EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, start(port).error());
    });
    EXPECT_TRUE(nothing);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenTheProcessCannotJoinItsJob) {
    const FakeCall<&win32::Calls::assignProcessToJobObject> assign{
        [](auto...) { return failing(ERROR_ACCESS_DENIED); }};
    expectNothingLeft(ERROR_ACCESS_DENIED);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenTheProcessCannotBeResumed) {
    const FakeCall<&win32::Calls::resumeThread> resume{[](auto...) {
        ::SetLastError(ERROR_ACCESS_DENIED);
        return static_cast<DWORD>(-1);
    }};
    expectNothingLeft(ERROR_ACCESS_DENIED);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenThereIsNoJob) {
    const FakeCall<&win32::Calls::createJobObject> create{[](auto...) {
        ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
        return HANDLE{nullptr};
    }};
    expectNothingLeft(ERROR_NO_SYSTEM_RESOURCES);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenTheJobCannotBeSetUp) {
    const FakeCall<&win32::Calls::setInformationJobObject> set{[](auto...) { return failing(ERROR_ACCESS_DENIED); }};
    expectNothingLeft(ERROR_ACCESS_DENIED);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenAHandleCannotBeDuplicated) {
    // The child's end of the output pipe, the inherited error stream, the process.
    for (int which = 0; which < 3; ++which) {
        int calls = 0;
        FakeCall<&win32::Calls::duplicateHandle> duplicate{
            [&](HANDLE from, HANDLE handle, HANDLE to, LPHANDLE copy, DWORD access, BOOL inherit, DWORD options) {
                return calls++ == which ? failing(ERROR_NO_SYSTEM_RESOURCES)
                                        : decltype(duplicate)::real(from, handle, to, copy, access, inherit, options);
            }};
        expectNothingLeft(ERROR_NO_SYSTEM_RESOURCES, [&] { calls = 0; });
    }
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenThereIsNoPipe) {
    const FakeCall<&win32::Calls::createNamedPipe> create{[](auto...) {
        ::SetLastError(ERROR_NO_SYSTEM_RESOURCES);
        return INVALID_HANDLE_VALUE;
    }};
    expectNothingLeft(ERROR_NO_SYSTEM_RESOURCES);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenNullCannotBeOpened) {
    FakeCall<&win32::Calls::createFile> open{[&](LPCWSTR name, DWORD access, DWORD share,
                                                 LPSECURITY_ATTRIBUTES security, DWORD disposition, DWORD flags,
                                                 HANDLE pattern) {
        if (std::wstring{name} == L"NUL") {
            ::SetLastError(ERROR_TOO_MANY_OPEN_FILES);
            return INVALID_HANDLE_VALUE;
        }
        return decltype(open)::real(name, access, share, security, disposition, flags, pattern);
    }};
    expectNothingLeft(ERROR_TOO_MANY_OPEN_FILES);
}

TEST_F(ChildProcessFailureTest, LeavesNothingWhenThePortIsClosedMeanwhile) {
    Recording recording;
    TestPort port{recording};
    win32::Handle process;
    FakeCall<&win32::Calls::assignProcessToJobObject> assign{[&](HANDLE job, HANDLE started) {
        process = another(started);
        port.close();
        return decltype(assign)::real(job, started);
    }};
    const Share<CompletionPort> open{port.key()};
    EXPECT_EQ(code(EngineError::kPortClosed), start(port).error());
    EXPECT_TRUE(ends(process.get()));
}

TEST_F(ChildProcessFailureTest, ReportsAMissingProgramAndFolder) {
    Recording recording;
    const TestPort port{recording};
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND},
              ChildProcess::open(*port, settingsFor(L"no-such-program-of-iocp4j")).error());
    ChildProcessSettings settings = settingsFor(child(L"wait"));
    settings.folder = L"C:\\no-such-folder-of-iocp4j";
    EXPECT_EQ(DWORD{ERROR_DIRECTORY}, ChildProcess::open(*port, settings).error());
    settings.folder.clear();
    settings.job = 12345;
    EXPECT_EQ(code(EngineError::kDeviceClosed), ChildProcess::open(*port, settings).error());
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); }));
}

TEST_F(ChildProcessFailureTest, RefusesADeviceThatIsNotAJob) {
    CreatedProcesses created;
    Recording recording;
    const TestPort port{recording};
    const auto other = start(port);
    ASSERT_TRUE(other);
    ChildProcessSettings settings = settingsFor(child(L"wait"));
    settings.job = other->process;
    EXPECT_EQ(code(EngineError::kWrongDevice), ChildProcess::open(*port, settings).error());
    ASSERT_EQ(2u, created.all.size());
    EXPECT_TRUE(ends(created.all[1].get()));
}

TEST_F(ChildProcessFailureTest, TheEndOfTheJobKillsWhatCouldNotBeTerminated) {
    const FakeCall<&win32::Calls::terminateJobObject> terminate{[](auto...) { return failing(ERROR_ACCESS_DENIED); }};
    Recording recording;
    const TestPort port{recording};
    const auto process = start(port);
    ASSERT_TRUE(process);
    const win32::Handle running = openProcess(process->id);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, static_cast<ChildProcess&>(*Share<Device>{process->process}).kill(1));
    EXPECT_TRUE(isRunning(running.get()));
    EXPECT_TRUE(closed(process->process));
    EXPECT_TRUE(ends(running.get())) << "as when this program crashes";
}

TEST_F(ChildProcessFailureTest, ReportsThatTheExitCodeIsUnknown) {
    const FakeCall<&win32::Calls::getExitCodeProcess> query{[](auto...) { return failing(ERROR_ACCESS_DENIED); }};
    Recording recording;
    const TestPort port{recording};
    const auto process = start(port);
    ASSERT_TRUE(process);
    ASSERT_TRUE(port.submit(process->process, Opcode::kWait, 1, [](Device& target, Operation& operation) {
        return static_cast<ChildProcess&>(target).awaitExit(operation, false);
    }));
    EXPECT_EQ(0u, static_cast<ChildProcess&>(*Share<Device>{process->process}).kill(1));
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, recording.waitForToken(1).status);
}

}  // namespace
}  // namespace iocp4j
