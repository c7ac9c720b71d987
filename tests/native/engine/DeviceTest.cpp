#include <gtest/gtest.h>

#include "../fixtures/Recording.h"
#include "../fixtures/ScriptedDevice.h"
#include "../fixtures/TestPort.h"
#include "../fixtures/Turnstile.h"
#include "engine/Device.h"
#include "engine/Waiting.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(DeviceTest, WhatADeviceCannotDoIsACompletionWithAnError) {
    class Plain : public Device {
    public:
        using Device::Device;
        DeviceKind kind() const noexcept override { return DeviceKind::kForeign; }
    };
    Recording recording;
    TestPort port{recording};
    const auto device = port->add(std::make_unique<Plain>(*port, L"plain", win32::Handle{}));
    ASSERT_TRUE(device);
    int pin = 0;
    ASSERT_TRUE(port.read(*device, 1, nullptr, 0, &pin));
    ASSERT_TRUE(port.write(*device, 2, nullptr, 0));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording.waitForToken(1).status);
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording.waitForToken(2).status);
    EXPECT_EQ(Opcode::kRead, recording.waitForToken(1).opcode);
    EXPECT_EQ(Opcode::kWrite, recording.waitForToken(2).opcode);
    EXPECT_EQ(*device, recording.waitForToken(1).key);
    EXPECT_EQ((std::vector<void*>{&pin}), recording.unpinned());
}

TEST(DeviceTest, GivesBackThePinBeforeTheListenerHears) {
    PortHandle kernel;
    Recording recording;
    std::atomic<std::size_t> unpinnedBefore{99};
    recording.onDelivery = [&](unsigned, auto) { unpinnedBefore = recording.unpinned().size(); };
    TestPort port{recording, portSettings(1, 1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    int pin = 0;
    int refusedPin = 0;
    ASSERT_TRUE(port.read(device, 1, nullptr, 0, &pin));
    EXPECT_EQ(code(Refusal::kOperationLimit), port.read(device, 2, nullptr, 0, &refusedPin).error());
    EXPECT_TRUE(recording.unpinned().empty());
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1u, unpinnedBefore.load());
    EXPECT_EQ((std::vector<void*>{&pin}), recording.unpinned()) << "on refusal it stays the caller's";
}

TEST(DeviceTest, DeviceIsKeptUntilTheListenerHasSeenItsLastCompletion) {
    PortHandle kernel;
    Turnstile turnstile;
    Recording recording;
    recording.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    Device::close(device);
    ASSERT_TRUE(turnstile.waitForWaiting(1));
    EXPECT_FALSE(Share<Device>{device}) << "closed for everybody";
    EXPECT_EQ(code(Refusal::kDeviceClosed), port.read(device, 2, nullptr, 0).error());
    EXPECT_FALSE(recording.isClosed(device)) << "but not gone";
    EXPECT_FALSE(Device::awaitClosed(device, std::chrono::steady_clock::now()));
    turnstile.open();
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_TRUE(recording.isClosed(device));
}

TEST(DeviceTest, DeviceCanBeClosedByTheListener) {
    PortHandle kernel;
    Recording recording;
    std::atomic<int> waited{0};
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        const Device::Key device = records.front().key;
        Device::close(device);
        Device::close(device);
        waited += Device::awaitClosed(device, MayNotWait::deadlineIn(std::chrono::hours{1}));
    };
    TestPort port{recording};
    const Device::Key device =
        ScriptedDevice::add(*port, kernel, [](ScriptedDevice&, Operation&) { return Started::over(ERROR_NOT_READY); });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    EXPECT_TRUE(Device::awaitClosed(device, patienceEnds()));
    EXPECT_EQ(0, waited.load());
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
}

TEST(DeviceTest, DeviceMayKeepACompletionToItself) {
    class Discreet : public Device {
    public:
        using Device::Device;
        DeviceKind kind() const noexcept override { return DeviceKind::kForeign; }
        bool conclude(CompletionRecord& record) noexcept override {
            record.detail = 4711;
            return record.token % 2 == 0;
        }
    };
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const auto device = port->add(std::make_unique<Discreet>(*port, L"discreet", win32::Handle{}));
    ASSERT_TRUE(device);
    for (std::uint64_t token = 0; token < 60; ++token) {
        ASSERT_TRUE(port.read(*device, token, nullptr, 0));
    }
    ASSERT_TRUE(recording.waitForCount(30));
    EXPECT_TRUE(closed(*device));
    EXPECT_EQ(30u, recording.count());
    for (const CompletionRecord& record : recording.records()) {
        EXPECT_EQ(0u, record.token % 2);
        EXPECT_EQ(4711u, record.detail);
    }
}

TEST(DeviceTest, RemindsADeviceOnceForEachRequestAndNotAfterItsEnd) {
    struct Calls {
        std::atomic<int> reminded{0};
    } calls;
    class Forgetful : public Device {
    public:
        Forgetful(CompletionPort& port, Calls& to) noexcept : Device(port, L"forgetful", win32::Handle{}), to_(to) {}
        DeviceKind kind() const noexcept override { return DeviceKind::kForeign; }
        void reminded() noexcept override { ++to_.reminded; }

    private:
        Calls& to_;
    };
    Recording recording;
    TestPort port{recording};
    const auto kept = port->add(std::make_unique<Forgetful>(*port, calls));
    const auto gone = port->add(std::make_unique<Forgetful>(*port, calls));
    ASSERT_TRUE(kept && gone);
    port->remind(*kept);
    port->remind(*gone);
    EXPECT_TRUE(closed(*gone));
    EXPECT_TRUE(waitFor([&] { return calls.reminded == 1; }));
    port->remind(*kept);
    EXPECT_TRUE(waitFor([&] { return calls.reminded == 2; }));
}

// A device that fails to have what it wants under load asks often. That must not put off the reminder for ever.
TEST(DeviceTest, RemindsADeviceThoughOthersAskAllTheTime) {
    std::atomic<int> reminded{0};
    class Counting : public Device {
    public:
        Counting(CompletionPort& port, std::atomic<int>& to) noexcept
            : Device(port, L"counting", win32::Handle{}), to_(to) {}
        DeviceKind kind() const noexcept override { return DeviceKind::kForeign; }
        void reminded() noexcept override { ++to_; }

    private:
        std::atomic<int>& to_;
    };
    Recording recording;
    TestPort port{recording};
    const auto device = port->add(std::make_unique<Counting>(*port, reminded));
    ASSERT_TRUE(device);
    EXPECT_TRUE(waitFor([&] {
        port->remind(*device);
        return reminded > 0;
    }));
}

}  // namespace
}  // namespace iocp4j
