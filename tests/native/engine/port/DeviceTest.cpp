#include <gtest/gtest.h>

#include "../../fixtures/Recording.h"
#include "../../fixtures/RemindedDevice.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"
#include "engine/lifetime/NoWaitScope.h"
#include "engine/port/Device.h"

namespace iocp4j {
namespace {

using namespace test;

TEST(DeviceTest, WhatADeviceCannotDoIsACompletionWithAnError) {
    class Plain : public Device {
    public:
        using Device::Device;
        const Traits& traits() const noexcept override {
            static constexpr Traits kTraits{.kind = DeviceKind::kAdopted};
            return kTraits;
        }
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

TEST(DeviceTest, ReleasesThePinBeforeTheListenerRuns) {
    PortHandle kernel;
    Recording recording;
    std::atomic<std::size_t> unpinnedBefore{99};
    recording.onDelivery = [&](unsigned, auto) { unpinnedBefore = recording.unpinned().size(); };
    TestPort port{recording, portSettings(1, 1)};
    const Device::Key device = ScriptedDevice::add(*port, kernel, &ScriptedDevice::pends);
    int pin = 0;
    int refusedPin = 0;
    ASSERT_TRUE(port.read(device, 1, nullptr, 0, &pin));
    EXPECT_EQ(code(EngineError::kOperationLimit), port.read(device, 2, nullptr, 0, &refusedPin).error());
    EXPECT_TRUE(recording.unpinned().empty());
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(1u, unpinnedBefore.load());
    EXPECT_EQ((std::vector<void*>{&pin}), recording.unpinned()) << "on refusal the caller keeps the pin";
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
    EXPECT_FALSE(Share<Device>{device}) << "closed";
    EXPECT_EQ(code(EngineError::kDeviceClosed), port.read(device, 2, nullptr, 0).error());
    EXPECT_FALSE(recording.isClosed(device)) << "but not ended";
    EXPECT_FALSE(Device::awaitClosed(device, std::chrono::steady_clock::now()));
    turnstile.open();
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
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
        waited += Device::awaitClosed(device, NoWaitScope::deadlineIn(std::chrono::hours{1}));
    };
    TestPort port{recording};
    const Device::Key device =
        ScriptedDevice::add(*port, kernel, [](ScriptedDevice&, Operation&) { return Started::over(ERROR_NOT_READY); });
    ASSERT_TRUE(port.read(device, 1, nullptr, 0));
    EXPECT_TRUE(Device::awaitClosed(device, deadline()));
    EXPECT_EQ(0, waited.load());
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording.waitForToken(1).status);
}

TEST(DeviceTest, DeviceMayKeepACompletionToItself) {
    class Discreet : public Device {
    public:
        using Device::Device;
        const Traits& traits() const noexcept override {
            static constexpr Traits kTraits{.kind = DeviceKind::kAdopted};
            return kTraits;
        }
        bool onCompleted(CompletionRecord& record) noexcept override {
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
    std::atomic<int> reminded{0};
    Recording recording;
    TestPort port{recording};
    const auto kept = port->add(std::make_unique<RemindedDevice>(*port, reminded));
    const auto gone = port->add(std::make_unique<RemindedDevice>(*port, reminded));
    ASSERT_TRUE(kept && gone);
    port->remind(*kept, 250);
    port->remind(*gone, 250);
    EXPECT_TRUE(closed(*gone));
    EXPECT_TRUE(waitFor([&] { return reminded == 1; }));
    port->remind(*kept, 250);
    EXPECT_TRUE(waitFor([&] { return reminded == 2; }));
}

TEST(DeviceTest, RemindsADeviceOnceForRequestsThatWaitTogether) {
    std::atomic<int> reminded{0};
    Recording recording;
    TestPort port{recording, portSettings(1)};
    const auto first = port->add(std::make_unique<RemindedDevice>(*port, reminded));
    std::atomic<int> last{0};
    const auto second = port->add(std::make_unique<RemindedDevice>(*port, last));
    ASSERT_TRUE(first && second);
    for (int i = 0; i < 1'000; ++i) {
        port->remind(*first, 250);
    }
    port->remind(*second, 250);
    EXPECT_TRUE(waitFor([&] { return last == 1; })) << "after all reminders of the first device";
    EXPECT_EQ(1, reminded.load());
}

// A device under load requests reminders often. That must not delay the reminder for ever.
TEST(DeviceTest, RemindsADeviceThoughOthersAskAllTheTime) {
    std::atomic<int> reminded{0};
    Recording recording;
    TestPort port{recording};
    const auto device = port->add(std::make_unique<RemindedDevice>(*port, reminded));
    ASSERT_TRUE(device);
    EXPECT_TRUE(waitFor([&] {
        port->remind(*device, 250);
        return reminded > 0;
    }));
}

TEST(DeviceTest, RemindsEachDeviceInItsOwnTime) {
    constexpr std::uint32_t kHour = 3'600'000;
    std::atomic<int> late{0};
    std::atomic<int> soon{0};
    Recording recording;
    TestPort port{recording};
    const auto first = port->add(std::make_unique<RemindedDevice>(*port, late));
    const auto second = port->add(std::make_unique<RemindedDevice>(*port, soon));
    ASSERT_TRUE(first && second);
    port->remind(*first, kHour);
    for (int i = 1; i <= 20; ++i) {
        port->remind(*second, 1);
        ASSERT_TRUE(waitFor([&] { return soon == i; }));
    }
    EXPECT_EQ(0, late.load());
    EXPECT_EQ(0u, port.foreignPackets()) << "the port's own packets are not foreign";
}

}  // namespace
}  // namespace iocp4j
