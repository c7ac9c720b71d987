#include <gtest/gtest.h>

#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/IdleProcess.h"
#include "../../fixtures/TestPort.h"
#include "devices/other/WaitableDevice.h"

namespace iocp4j {
namespace {

using namespace test;

class WaitableDeviceTest : public ::testing::Test {
protected:
    enum class Reset { kManual, kAutomatic };

    static win32::Handle newEvent(Reset reset = Reset::kManual) {
        return win32::Handle{::CreateEventW(nullptr, reset == Reset::kManual, FALSE, nullptr)};
    }

    Device::Key open(HANDLE object) {
        const auto opened = WaitableDevice::open(*port_, L"object", object);
        EXPECT_TRUE(opened) << opened.error();
        return *opened;
    }

    win32::Result<OperationId> wait(Device::Key device, std::uint64_t token,
                                    Operations::Timeout timeout = Operations::kForEver) {
        return submit(device, Opcode::kWait, token, Pins{}, timeout, [](Device& target, Operation& operation) {
            return static_cast<WaitableDevice&>(target).wait(operation);
        });
    }

    static bool isSignalled(HANDLE object) { return ::WaitForSingleObject(object, 0) == WAIT_OBJECT_0; }

    Recording recording_;
    TestPort port_{recording_, portSettings(2, 512)};
};

TEST_F(WaitableDeviceTest, CompletesWhenTheObjectIsSignalled) {
    const auto event = newEvent();
    const Device::Key device = open(event.get());
    ASSERT_TRUE(wait(device, 1));
    pause(port_, recording_);
    EXPECT_TRUE(recording_.recordsOf(1).empty()) << "nothing has been signalled yet";
    ::SetEvent(event.get());
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(0u, record.bytes);
    EXPECT_EQ(Opcode::kWait, record.opcode);
    EXPECT_EQ(DeviceKind::kWaitable, record.kind);
    EXPECT_EQ(device, record.key);
}

TEST_F(WaitableDeviceTest, CompletesAtOnceWhereTheObjectIsSignalledAlready) {
    const auto event = newEvent();
    ::SetEvent(event.get());
    const Device::Key device = open(event.get());
    for (std::uint64_t token = 1; token <= 10; ++token) {
        ASSERT_TRUE(wait(device, token));
        EXPECT_EQ(0u, recording_.waitForToken(token).status);
    }
}

TEST_F(WaitableDeviceTest, OneSignalOfAnAutomaticEventEndsOneWait) {
    const auto event = newEvent(Reset::kAutomatic);
    const Device::Key device = open(event.get());
    constexpr std::size_t kWaits = 20;
    for (std::uint64_t token = 1; token <= kWaits; ++token) {
        ASSERT_TRUE(wait(device, token));
    }
    for (std::size_t signals = 1; signals <= kWaits; ++signals) {
        ::SetEvent(event.get());
        ASSERT_TRUE(waitFor([&] { return port_->snapshot().completed == signals; }));
    }
    EXPECT_FALSE(isSignalled(event.get()));
}

TEST_F(WaitableDeviceTest, DistinguishesHundredsOfObjects) {
    constexpr std::uint64_t kObjects = 200;
    std::vector<win32::Handle> events;
    std::vector<Device::Key> devices;
    for (std::uint64_t i = 0; i < kObjects; ++i) {
        events.push_back(newEvent());
        devices.push_back(open(events.back().get()));
        ASSERT_TRUE(wait(devices.back(), i));
    }
    for (std::uint64_t i = kObjects; i-- > 0;) {
        ::SetEvent(events[i].get());
        EXPECT_EQ(devices[i], recording_.waitForToken(i).key);
    }
    EXPECT_EQ(0u, port_.foreignPackets());
}

TEST_F(WaitableDeviceTest, ReportsTheEndOfAProcess) {
    const IdleProcess child;
    const Device::Key device = open(child.handle());
    ASSERT_TRUE(wait(device, 1));
    ASSERT_TRUE(wait(device, 2));
    pause(port_, recording_);
    EXPECT_EQ(0u, port_->snapshot().completed);
    child.end(7);
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    DWORD exitCode = 0;
    EXPECT_TRUE(::GetExitCodeProcess(child.handle(), &exitCode));
    EXPECT_EQ(7u, exitCode);
}

TEST_F(WaitableDeviceTest, HasAHandleOfItsOwn) {
    auto event = newEvent();
    HANDLE another = nullptr;
    ASSERT_TRUE(::DuplicateHandle(::GetCurrentProcess(), event.get(), ::GetCurrentProcess(), &another, 0, FALSE,
                                  DUPLICATE_SAME_ACCESS));
    const win32::Handle kept{another};
    const Device::Key device = open(event.get());
    ASSERT_TRUE(wait(device, 1));
    event.reset();
    ::SetEvent(kept.get());
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    ASSERT_TRUE(wait(device, 2));
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
}

TEST_F(WaitableDeviceTest, CancelledWaitTakesNoSignal) {
    const auto event = newEvent(Reset::kAutomatic);
    const Device::Key device = open(event.get());
    const auto first = wait(device, 1);
    const auto second = wait(device, 2);
    ASSERT_TRUE(first && second);
    EXPECT_TRUE(port_.cancel(device, *first));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    EXPECT_FALSE(port_.cancel(device, *first)) << "it is over";
    ::SetEvent(event.get());
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_FALSE(port_.cancel(device, *second)) << "too late";
}

TEST_F(WaitableDeviceTest, WaitHasADeadline) {
    const auto event = newEvent();
    const Device::Key device = open(event.get());
    ASSERT_TRUE(wait(device, 1, std::chrono::milliseconds{20}));
    ASSERT_TRUE(wait(device, 2, std::chrono::hours{1}));
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recording_.waitForToken(1).status);
    ::SetEvent(event.get());
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
}

TEST_F(WaitableDeviceTest, CloseEndsAllWaits) {
    const auto event = newEvent();
    const Device::Key device = open(event.get());
    for (std::uint64_t token = 1; token <= 30; ++token) {
        ASSERT_TRUE(wait(device, token));
    }
    EXPECT_TRUE(closed(device));
    for (std::uint64_t token = 1; token <= 30; ++token) {
        EXPECT_EQ(kHandlesClosed, recording_.waitForToken(token).status);
    }
    EXPECT_EQ(code(EngineError::kDeviceClosed), wait(device, 31).error());
    EXPECT_EQ(30u, recording_.count());
}

TEST_F(WaitableDeviceTest, CancelAllLetsTheNextWaitLive) {
    const auto event = newEvent();
    const Device::Key device = open(event.get());
    ASSERT_TRUE(wait(device, 1));
    ASSERT_TRUE(wait(device, 2));
    Share<Device> { device } -> cancelAll();
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(2).status);
    ASSERT_TRUE(wait(device, 3));
    ::SetEvent(event.get());
    EXPECT_EQ(0u, recording_.waitForToken(3).status);
}

// A wait must not complete as cancelled after it has consumed the signal.
TEST_F(WaitableDeviceTest, SignalIsNeverLostToACancel) {
    const auto event = newEvent(Reset::kAutomatic);
    const Device::Key device = open(event.get());
    constexpr std::uint64_t kRounds = 300;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        const auto id = wait(device, round);
        ASSERT_TRUE(id);
        concurrently(2, [&](unsigned thread) {
            if (thread == 0) {
                ::SetEvent(event.get());
            } else {
                (void)port_.cancel(device, *id);
            }
        });
        const std::uint32_t status = recording_.waitForToken(round).status;
        const bool aborted = status == ERROR_OPERATION_ABORTED;
        EXPECT_TRUE(aborted || status == ERROR_SUCCESS) << status;
        EXPECT_EQ(aborted, isSignalled(event.get())) << "in round " << round;
    }
    EXPECT_EQ(kRounds, recording_.count());
}

TEST_F(WaitableDeviceTest, EveryWaitOfManyThreadsEndsOnceWhileTheDeviceCloses) {
    for (int round = 0; round < 20; ++round) {
        const auto event = newEvent(Reset::kAutomatic);
        const Device::Key device = open(event.get());
        const std::size_t before = recording_.count();
        std::atomic<std::size_t> accepted{0};
        concurrently(4, [&](unsigned thread) {
            for (int i = 0; i < 20; ++i) {
                if (thread == 0) {
                    ::SetEvent(event.get());
                } else if (const auto id = wait(device, 0)) {
                    ++accepted;
                    (void)(thread == 1 && port_.cancel(device, *id));
                }
                if (thread == 3 && i == 10) {
                    Device::close(device);
                }
            }
        });
        EXPECT_TRUE(closed(device));
        EXPECT_TRUE(recording_.waitForCount(before + accepted));
        EXPECT_EQ(before + accepted, recording_.count());
    }
}

TEST_F(WaitableDeviceTest, CanNeitherReadNorWriteNorBeControlled) {
    const auto event = newEvent();
    const Device::Key device = open(event.get());
    char byte = 0;
    ASSERT_TRUE(port_.read(device, 1, &byte, 1));
    ASSERT_TRUE(port_.write(device, 2, &byte, 1));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording_.waitForToken(1).status);
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording_.waitForToken(2).status);
    EXPECT_EQ(
        code(EngineError::kWrongDevice), Share<Device> { device } -> completeInline());
}

TEST_F(WaitableDeviceTest, RefusesWhatCannotBeWaitedFor) {
    const win32::Handle mutex{::CreateMutexW(nullptr, FALSE, nullptr)};
    EXPECT_EQ(code(EngineError::kMutex), WaitableDevice::open(*port_, L"mutex", mutex.get()).error());
    EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, WaitableDevice::open(*port_, L"none", nullptr).error());
    HKEY key = nullptr;
    ASSERT_EQ(ERROR_SUCCESS, ::RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\iocp4j-test", 0, nullptr,
                                               REG_OPTION_VOLATILE, KEY_READ, nullptr, &key, nullptr));
    // Wine grants SYNCHRONIZE for every object, and fails only in the wait.
    if (const auto opened = WaitableDevice::open(*port_, L"key", key)) {
        ASSERT_TRUE(wait(*opened, 1));
        EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, recording_.waitForToken(1).status);
    } else {
        EXPECT_TRUE(opened.error() == ERROR_INVALID_HANDLE || opened.error() == ERROR_ACCESS_DENIED) << opened.error();
    }
    ::RegCloseKey(key);
}

TEST_F(WaitableDeviceTest, WorksOnAPortOfEveryMechanism) {
    for (const Mechanism mechanism :
         {Mechanism::kCompletionPort, Mechanism::kApc, Mechanism::kEvent, Mechanism::kHandle}) {
        Recording recording;
        auto settings = portSettings();
        settings.mechanism = mechanism;
        TestPort port{recording, settings};
        const auto event = newEvent();
        const auto device = WaitableDevice::open(*port, L"event", event.get());
        ASSERT_TRUE(device);
        for (std::uint64_t token = 1; token <= 2; ++token) {
            ASSERT_TRUE(port.submit(*device, Opcode::kWait, token, [](Device& target, Operation& operation) {
                return static_cast<WaitableDevice&>(target).wait(operation);
            }));
        }
        ::SetEvent(event.get());
        EXPECT_EQ(0u, recording.waitForToken(1).status);
        EXPECT_EQ(0u, recording.waitForToken(2).status);
    }
}

}  // namespace
}  // namespace iocp4j
