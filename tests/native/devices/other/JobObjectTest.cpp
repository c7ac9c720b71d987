#include <gtest/gtest.h>

#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/IdleProcess.h"
#include "../../fixtures/TestPort.h"
#include "devices/other/JobObject.h"

namespace iocp4j {
namespace {

using namespace test;

class JobObjectTest : public ::testing::Test {
protected:
    Device::Key open(bool killOnClose = false) {
        const auto opened = JobObject::open(*port_, killOnClose);
        EXPECT_TRUE(opened) << opened.error();
        return *opened;
    }

    static JobObject& of(Device::Key key) { return static_cast<JobObject&>(*Share<Device>{key}); }

    win32::Result<OperationId> awaitEmpty(Device::Key job, std::uint64_t token) {
        return port_.submit(job, Opcode::kWait, token, [](Device& target, Operation& operation) {
            return static_cast<JobObject&>(target).awaitEmpty(operation);
        });
    }

    Recording recording_;
    TestPort port_{recording_};
};

TEST_F(JobObjectTest, CompletesWhenTheLastProcessHasEnded) {
    const Device::Key job = open();
    const IdleProcess first;
    const IdleProcess second;
    ASSERT_EQ(0u, of(job).assign(first.id()));
    ASSERT_EQ(0u, of(job).assign(second.id()));
    EXPECT_EQ(2u, *of(job).processes());
    ASSERT_TRUE(awaitEmpty(job, 1));
    ASSERT_TRUE(awaitEmpty(job, 2));
    first.end();
    ASSERT_TRUE(waitFor([&] { return *of(job).processes() == 1; }));
    pause(port_, recording_);
    EXPECT_TRUE(recording_.recordsOf(1).empty()) << "a process is still running";
    second.end();
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kWait, record.opcode);
    EXPECT_EQ(DeviceKind::kJob, record.kind);
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_EQ(0u, port_.foreignPackets()) << "packets of a job are not foreign";
}

TEST_F(JobObjectTest, CompletesAtOnceWhereNoProcessIsRunning) {
    const Device::Key job = open();
    ASSERT_TRUE(awaitEmpty(job, 1));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

TEST_F(JobObjectTest, BecomesEmptyAgainAndAgain) {
    const Device::Key job = open();
    for (std::uint64_t token = 1; token <= 5; ++token) {
        const IdleProcess child;
        ASSERT_EQ(0u, of(job).assign(child.id()));
        ASSERT_TRUE(awaitEmpty(job, token));
        child.end();
        EXPECT_EQ(0u, recording_.waitForToken(token).status);
    }
}

TEST_F(JobObjectTest, TerminateEndsAllProcesses) {
    const Device::Key job = open();
    const IdleProcess child;
    ASSERT_EQ(0u, of(job).assign(child.id()));
    ASSERT_TRUE(awaitEmpty(job, 1));
    EXPECT_EQ(0u, of(job).terminate(5));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_TRUE(ends(child.handle()));
    DWORD exitCode = 0;
    EXPECT_TRUE(::GetExitCodeProcess(child.handle(), &exitCode));
    EXPECT_EQ(5u, exitCode);
}

TEST_F(JobObjectTest, CancelEndsOneWait) {
    const Device::Key job = open();
    const IdleProcess child;
    ASSERT_EQ(0u, of(job).assign(child.id()));
    const auto first = awaitEmpty(job, 1);
    ASSERT_TRUE(first && awaitEmpty(job, 2));
    EXPECT_TRUE(port_.cancel(job, *first));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    EXPECT_FALSE(port_.cancel(job, *first));
    child.end();
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
}

TEST_F(JobObjectTest, CloseEndsTheWaitAndLeavesTheProcess) {
    const Device::Key job = open();
    const IdleProcess child;
    ASSERT_EQ(0u, of(job).assign(child.id()));
    ASSERT_TRUE(awaitEmpty(job, 1));
    EXPECT_TRUE(closed(job));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_EQ(DWORD{WAIT_TIMEOUT}, ::WaitForSingleObject(child.handle(), 0));
}

TEST_F(JobObjectTest, CloseEndsTheProcessesWhereItShall) {
    const Device::Key job = open(true);
    const IdleProcess child;
    ASSERT_EQ(0u, of(job).assign(child.id()));
    EXPECT_TRUE(closed(job));
    EXPECT_TRUE(ends(child.handle()));
}

TEST_F(JobObjectTest, RefusesAProcessThatIsNone) {
    const Device::Key job = open();
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, of(job).assign(3));
    EXPECT_EQ(0u, *of(job).processes());
}

TEST_F(JobObjectTest, ForgedPacketEndsNoWait) {
    const Device::Key job = open();
    const IdleProcess child;
    ASSERT_EQ(0u, of(job).assign(child.id()));
    ASSERT_TRUE(awaitEmpty(job, 1));
    ASSERT_EQ(0u, port_->kernel().post(JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO, job, nullptr));
    pause(port_, recording_);
    EXPECT_TRUE(recording_.recordsOf(1).empty());
    child.end();
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

}  // namespace
}  // namespace iocp4j
