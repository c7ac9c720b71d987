#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "../../fixtures/ChildProgram.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/Launch.h"
#include "../../fixtures/ReadToEnd.h"
#include "../../fixtures/TestPort.h"
#include "devices/other/JobObject.h"
#include "devices/process/ChildProcess.h"

namespace iocp4j {
namespace {

using namespace test;

class ChildProcessTest : public ::testing::Test {
protected:
    ChildProcess::Opened start(const std::wstring& arguments) { return start(settingsFor(child(arguments))); }

    ChildProcess::Opened start(const ChildProcessSettings& settings) {
        const auto opened = launch([&] { return ChildProcess::open(*port_, settings); });
        EXPECT_EQ(0u, opened.error());
        return *opened;
    }

    static ChildProcess& of(const ChildProcess::Opened& opened) {
        return static_cast<ChildProcess&>(*Share<Device>{opened.process});
    }

    // Milliseconds of 0 mean no deadline.
    OperationId awaitExit(const ChildProcess::Opened& opened, std::uint64_t token, int milliseconds = 0,
                          bool kill = false) {
        const auto timeout = milliseconds == 0 ? Operations::kForEver : Operations::Timeout{milliseconds};
        const auto id =
            submit(opened.process, Opcode::kWait, token, Pins{}, timeout, [&](Device& target, Operation& operation) {
                return static_cast<ChildProcess&>(target).awaitExit(operation, kill);
            });
        EXPECT_EQ(0u, id.error());
        return *id;
    }

    std::uint32_t exitCode(const ChildProcess::Opened& opened) {
        const std::uint64_t token = ++token_;
        awaitExit(opened, token);
        const CompletionRecord record = recording_.waitForToken(token);
        EXPECT_EQ(0u, record.status);
        return record.detail;
    }

    std::string readAll(Device::Key stream) { return readToEnd(port_, recording_, stream); }

    // The next line of a stream, without its end.
    std::string readLine(Device::Key stream) {
        std::string line;
        for (;;) {
            char next = 0;
            const std::uint64_t token = ++token_;
            EXPECT_TRUE(port_.read(stream, token, &next, 1));
            if (recording_.waitForToken(token).status != 0 || next == '\n') {
                return line;
            }
            line += next;
        }
    }

    std::string outputOf(const ChildProcessSettings& settings) { return readAll(start(settings).streams[1]); }

    Recording recording_;
    TestPort port_{recording_};
    std::uint64_t token_ = 1000;
};

TEST_F(ChildProcessTest, CompletesWithTheExitCode) {
    const auto process = start(L"exit 3221225477");
    awaitExit(process, 1);
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(3'221'225'477u, record.detail);
    EXPECT_EQ(0u, record.bytes);
    EXPECT_EQ(Opcode::kWait, record.opcode);
    EXPECT_EQ(DeviceKind::kChildProcess, record.kind);
    EXPECT_EQ(3'221'225'477u, exitCode(process)) << "also later, and as often as it is asked";
}

TEST_F(ChildProcessTest, LosesNoOutputOfAChildThatEndsAtOnce) {
    for (int round = 0; round < 8; ++round) {
        const auto process = start(L"say hello");
        EXPECT_EQ(3u, exitCode(process));
        EXPECT_EQ("hello\n", readAll(process.streams[1])) << "it is read after the end of the process";
        EXPECT_EQ("", readAll(process.streams[2]));
        EXPECT_TRUE(closed(process.process));
    }
}

TEST_F(ChildProcessTest, CarriesALotOfOutputOnBothStreamsAtOnce) {
    constexpr std::size_t kBytes = 2'000'000;
    const auto process = start(L"flood 2000000");
    std::string err;
    std::thread reader{[&] { err = readAll(process.streams[2]); }};
    const std::string out = readAll(process.streams[1]);
    reader.join();
    EXPECT_EQ(std::string(kBytes, 'o'), out);
    EXPECT_EQ(std::string(kBytes, 'e'), err);
    EXPECT_EQ(0u, exitCode(process));
}

TEST_F(ChildProcessTest, CarriesInputUntilThisEndIsClosed) {
    const auto process = start(L"echo");
    ASSERT_TRUE(port_.write(process.streams[0], 1, "some input", 10));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_TRUE(closed(process.streams[0]));
    EXPECT_EQ("some input", readAll(process.streams[1]));
    EXPECT_EQ(0u, exitCode(process));
}

TEST_F(ChildProcessTest, MergesTheErrorStreamIntoTheOutputStream) {
    ChildProcessSettings settings = settingsFor(child(L"flood 2000"));
    settings.streams[2] = ChildStream::kMerge;
    const auto process = start(settings);
    EXPECT_EQ(0u, process.streams[2]);
    EXPECT_EQ(std::string(1000, 'o') + std::string(1000, 'e') + std::string(1000, 'o') + std::string(1000, 'e'),
              readAll(process.streams[1]));
}

TEST_F(ChildProcessTest, DiscardsWhatGoesToNullAndReadsNothingFromIt) {
    ChildProcessSettings settings = settingsFor(child(L"echo"));
    settings.streams = {ChildStream::kNull, ChildStream::kNull, ChildStream::kNull};
    const auto process = start(settings);
    EXPECT_EQ(0u, exitCode(process)) << "its input has ended";
    EXPECT_EQ((std::array<Device::Key, 3>{}), process.streams);
    settings.commandLine = child(L"flood 100000");
    EXPECT_EQ(0u, exitCode(start(settings)));
}

TEST_F(ChildProcessTest, InheritsTheStreamsOfThisProcess) {
    // For the time of this test, this process has a pipe as its standard error stream.
    HANDLE readEnd = nullptr;
    HANDLE writeEnd = nullptr;
    ASSERT_TRUE(::CreatePipe(&readEnd, &writeEnd, nullptr, 0));
    const win32::Handle from{readEnd};
    win32::Handle to{writeEnd};
    const HANDLE before = ::GetStdHandle(STD_ERROR_HANDLE);
    ::SetStdHandle(STD_ERROR_HANDLE, to.get());
    ChildProcessSettings settings = settingsFor(child(L"flood 1000"));
    settings.streams[2] = ChildStream::kInherit;
    const auto process = start(settings);
    ::SetStdHandle(STD_ERROR_HANDLE, before);
    to.reset();
    EXPECT_EQ(std::string(1000, 'o'), readAll(process.streams[1]));
    char buffer[2000];
    DWORD length = 0;
    EXPECT_TRUE(::ReadFile(from.get(), buffer, sizeof(buffer), &length, nullptr));
    EXPECT_EQ(std::string(1000, 'e'), std::string(buffer, length));
}

TEST_F(ChildProcessTest, HasTheEnvironmentAndTheFolderOfItsSettings) {
    ChildProcessSettings settings = settingsFor(child(L"variable IOCP4J_\u00dcMLAUT"));
    settings.environment = L"IOCP4J_\u00dcMLAUT=gr\u00fc\u00df \u6587\u5b57";
    settings.environment += L'\0';
    settings.environment += L"SystemRoot=C:\\windows";
    settings.environment += L'\0';
    EXPECT_EQ("gr\xc3\xbc\xc3\x9f \xe6\x96\x87\xe5\xad\x97\n", outputOf(settings));

    settings.environment.clear();
    EXPECT_EQ("(not set)\n", outputOf(settings));
    ::SetEnvironmentVariableW(L"IOCP4J_\u00dcMLAUT", L"x");
    EXPECT_EQ("x\n", outputOf(settings)) << "without settings it has that of this process";
    ::SetEnvironmentVariableW(L"IOCP4J_\u00dcMLAUT", nullptr);

    settings.commandLine = child(L"folder");
    settings.folder = L"C:\\windows\\system32";
    EXPECT_EQ("C:\\windows\\system32\n", outputOf(settings));
}

TEST_F(ChildProcessTest, InheritsNoOtherHandle) {
    SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    // So many that the number of the last one is not that of a handle which the child opens itself.
    constexpr std::uintptr_t kHigh = 4'000;
    std::vector<win32::Handle> events;
    do {
        events.emplace_back(::CreateEventW(&inheritable, TRUE, FALSE, nullptr));
    } while (reinterpret_cast<std::uintptr_t>(events.back().get()) < kHigh);
    const auto first = start(L"wait");
    // The number of a handle says nothing of another process, but without the list it would be the same there.
    const auto number = std::to_wstring(reinterpret_cast<std::uintptr_t>(events.back().get()));
    EXPECT_EQ("none\n", outputOf(settingsFor(child(L"handles " + number))));
    // The pipes of the first child do not stay open in the second one.
    const auto second = start(L"wait");
    EXPECT_EQ(0u, of(first).kill(1));
    EXPECT_EQ("", readAll(first.streams[1]));
    EXPECT_LE(1u, *of(second).processes());
}

TEST_F(ChildProcessTest, KillsTheTreeAtTheDeadline) {
    const auto process = start(L"another");
    const win32::Handle parent = openProcess(process.id);
    const win32::Handle other = openProcess(static_cast<DWORD>(std::stoul(readLine(process.streams[1]))));
    EXPECT_LE(2u, *of(process).processes()) << "and perhaps the host of its console";
    awaitExit(process, 1, 50, true);
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recording_.waitForToken(1).status);
    EXPECT_TRUE(ends(parent.get()));
    EXPECT_TRUE(ends(other.get()));
    EXPECT_EQ(1u, exitCode(process));
    EXPECT_TRUE(waitFor([&] { return *of(process).processes() == 0; }));
}

TEST_F(ChildProcessTest, DoesNotKillAtADeadlineOfAnotherKindNorAtACancel) {
    const auto process = start(L"wait");
    awaitExit(process, 1, 20);
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recording_.waitForToken(1).status);
    const OperationId wait = awaitExit(process, 2, 60'000, true);
    EXPECT_TRUE(port_.cancel(process.process, wait));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(2).status);
    EXPECT_LE(1u, *of(process).processes());
    awaitExit(process, 3, 60'000, true);
    EXPECT_EQ(0u, of(process).kill(7));
    const CompletionRecord record = recording_.waitForToken(3);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(7u, record.detail);
    EXPECT_EQ(0u, of(process).kill(8)) << "nothing is running any more";
    EXPECT_EQ(7u, exitCode(process));
}

TEST_F(ChildProcessTest, CloseEndsTheWaitTheStreamsAndTheTree) {
    const auto process = start(L"another");
    const win32::Handle parent = openProcess(process.id);
    const win32::Handle other = openProcess(static_cast<DWORD>(std::stoul(readLine(process.streams[1]))));
    char buffer[16];
    awaitExit(process, 1);
    ASSERT_TRUE(port_.read(process.streams[1], 2, buffer, sizeof(buffer)));
    EXPECT_TRUE(closed(process.process));
    // The process may end before the wait is cancelled.
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_TRUE(record.status == kHandlesClosed || (record.status == 0 && record.detail == 1)) << record.status;
    const DWORD read = recording_.waitForToken(2).status;
    EXPECT_TRUE(read == kHandlesClosed || read == ERROR_BROKEN_PIPE) << read;
    EXPECT_TRUE(ends(parent.get()));
    EXPECT_TRUE(ends(other.get()));
    EXPECT_TRUE(waitFor([&] { return port_->snapshot().devices.empty(); }));
}

TEST_F(ChildProcessTest, CloseLeavesAProcessThatIsToBeLeft) {
    ChildProcessSettings settings = settingsFor(child(L"wait"));
    settings.killAtClose = false;
    const auto process = start(settings);
    const win32::Handle left = openProcess(process.id);
    awaitExit(process, 1);
    EXPECT_TRUE(closed(process.process));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_TRUE(isRunning(left.get()));
    ::TerminateProcess(left.get(), 0);
}

TEST_F(ChildProcessTest, JoinsAJobOfTheProgram) {
    const auto job = JobObject::open(*port_, false);
    ASSERT_TRUE(job);
    ChildProcessSettings settings = settingsFor(child(L"wait"));
    settings.job = *job;
    const auto one = start(settings);
    const auto two = start(settings);
    auto& both = static_cast<JobObject&>(*Share<Device>{*job});
    EXPECT_LE(2u, *both.processes());
    ASSERT_TRUE(port_.submit(*job, Opcode::kWait, 1, [](Device& target, Operation& operation) {
        return static_cast<JobObject&>(target).awaitEmpty(operation);
    }));
    EXPECT_EQ(0u, of(one).kill(5));
    EXPECT_EQ(5u, exitCode(one));
    EXPECT_LE(1u, *of(two).processes()) << "each has a job of its own, too";
    EXPECT_EQ(0u, both.terminate(6));
    EXPECT_EQ(6u, exitCode(two));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(ChildProcessTest, StartsAHundredAtOnce) {
    std::vector<ChildProcess::Opened> all;
    for (std::uint64_t i = 0; i < 100; ++i) {
        ChildProcessSettings settings = settingsFor(child(L"exit " + std::to_wstring(i)));
        settings.streams = {ChildStream::kNull, ChildStream::kPipe, ChildStream::kMerge};
        all.push_back(start(settings));
        awaitExit(all.back(), i);
    }
    for (std::uint64_t i = 0; i < 100; ++i) {
        const CompletionRecord record = recording_.waitForToken(i);
        EXPECT_EQ(0u, record.status);
        EXPECT_EQ(i, record.detail);
        EXPECT_EQ("", readAll(all[i].streams[1]));
    }
}

}  // namespace
}  // namespace iocp4j
