// Cancelling and closing while an operation starts or completes.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Recording.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"

namespace iocp4j {
namespace {

using namespace test;

// CancelIoEx for scripted devices, which have no handle. It cancels operations of the device that the test names.
class ScriptedCancel {
public:
    void on(Device::Key device) noexcept { device_ = device; }

    // Replaces that behaviour.
    std::function<BOOL(OVERLAPPED*)> otherwise;

private:
    Device::Key device_ = 0;
    FakeCall<&win32::Calls::cancelIoEx> cancel_{[this](HANDLE, OVERLAPPED* overlapped) -> BOOL {
        if (otherwise) {
            return otherwise(overlapped);
        }
        return ScriptedDevice::of(device_).cancelOne(overlapped) ? TRUE : failing(ERROR_NOT_FOUND);
    }};
};

TEST(CancelRaceTest, NotFoundIsNoReasonToLoseTheOperation) {
    ScriptedCancel cancelling;
    cancelling.otherwise = [](OVERLAPPED*) { return failing(ERROR_NOT_FOUND); };
    PortHandle kernel;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    const auto id = port.read(device, 1, nullptr, 0);
    ASSERT_TRUE(id);
    EXPECT_FALSE(port.cancel(device, *id));
    EXPECT_FALSE(port.cancel(device, *id)) << "it can be called again";
    EXPECT_EQ(0u, recording.count());
    ScriptedDevice& scripted = ScriptedDevice::of(device);
    scripted.complete(*scripted.next(), kStatusSuccess, 8);
    EXPECT_EQ(8u, recording.waitForToken(1).bytes);
    EXPECT_FALSE(port.cancel(device, *id));
}

TEST(CancelRaceTest, PacketThatIsDequeuedDuringCancelIoExIsOneCompletion) {
    PortHandle kernel;
    Recording recording;
    ScriptedCancel cancelling;
    TestPort port{recording, portSettings(1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    cancelling.otherwise = [&](OVERLAPPED* overlapped) {
        ScriptedDevice& scripted = ScriptedDevice::of(device);
        EXPECT_EQ(overlapped, scripted.next());
        scripted.complete(*static_cast<Operation*>(overlapped), kStatusSuccess, 8);
        pause(port, recording);
        return failing(ERROR_NOT_FOUND);
    };
    for (std::uint64_t token = 1; token <= 20; ++token) {
        const auto id = port.read(device, token, nullptr, 0);
        ASSERT_TRUE(id);
        EXPECT_FALSE(port.cancel(device, *id));
        EXPECT_EQ(8u, recording.waitForToken(token).bytes);
        EXPECT_EQ(1u, recording.recordsOf(token).size());
    }
}

// An id can be guessed before the call that starts the operation returns.
TEST(CancelRaceTest, CancelDuringTheSubmissionTakesEffectWhenItReturns) {
    PortHandle kernel;
    Recording recording;
    ScriptedCancel cancelling;
    TestPort port{recording, portSettings(1, 1)};
    OperationId next = 0;
    std::atomic<int> cancelled{0};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        const Started started = ScriptedDevice::pends(self, operation);
        if (next != 0) {
            cancelled += port.cancel(self.key(), next);
        }
        return started;
    });
    cancelling.on(device);
    const auto first = port.read(device, 1, nullptr, 0);
    ASSERT_TRUE(first);
    ASSERT_TRUE(port.cancel(device, *first));
    ASSERT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(1).status);
    ASSERT_TRUE(port.waitUntilIdle());
    next = *first + (OperationId{1} << 24);
    const auto second = port.read(device, 2, nullptr, 0);
    ASSERT_EQ(next, *second);
    EXPECT_EQ(1, cancelled.load());
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(2).status);
}

// The device is closed when the submitter has entered, and the kernel has nothing to cancel yet.
TEST(CloseRaceTest, CloseDuringTheSubmissionCancelsWhatItCouldNotSee) {
    PortHandle kernel;
    Recording recording;
    ScriptedCancel cancelling;
    TestPort port{recording};
    Device* submitting = nullptr;
    cancelling.otherwise = [&](OVERLAPPED* overlapped) {
        return static_cast<ScriptedDevice*>(submitting)->cancelOne(overlapped) ? TRUE : failing(ERROR_NOT_FOUND);
    };
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation& operation) {
        submitting = &self;
        Device::close(self.key());
        return ScriptedDevice::pends(self, operation);
    });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0)) << "a submission that has entered is accepted";
    EXPECT_EQ(DWORD{676}, recording.waitForToken(1).status) << "ERROR_HANDLES_CLOSED";
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(1u, recording.count());
}

TEST(CloseRaceTest, CloseDuringASubmissionThatFailsIsOneCompletion) {
    PortHandle kernel;
    Recording recording;
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, [&](ScriptedDevice& self, Operation&) {
        Device::close(self.key());
        return Started::over(ERROR_NOT_READY);
    });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(1u, recording.count());
}

}  // namespace
}  // namespace iocp4j
