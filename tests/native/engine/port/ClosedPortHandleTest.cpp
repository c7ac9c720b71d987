// Other code closes the handle of a real port. LostPortTest tests the engine; this test shows what a real system
// returns.

#include <gtest/gtest.h>
#include <windows.h>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Recording.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Turnstile.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::uint32_t kWorkers = 2;

class ClosedPortHandleTest : public ::testing::Test {
protected:
    // Closes the port's handle, and reuses its number for an event, which the port must not touch. Creates the events
    // only now, so that one of them gets that number.
    void closeHandle() {
        ASSERT_NE(nullptr, handle_);
        ASSERT_TRUE(::CloseHandle(handle_));
        for (int i = 0; i < 64 && successor_ == nullptr; ++i) {
            others_.emplace_back(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
            successor_ = others_.back().get() == handle_ ? handle_ : nullptr;
        }
    }

    ~ClosedPortHandleTest() override {
        if (successor_ != nullptr) {
            EXPECT_EQ(WAIT_TIMEOUT, ::WaitForSingleObject(successor_, 0))
                << "another object's handle was used or closed";
        }
    }

    HANDLE handle_ = nullptr;
    const FakeCall<&win32::Calls::createIoCompletionPort> create_{
        [this](HANDLE file, HANDLE port, ULONG_PTR key, DWORD concurrency) {
            const HANDLE made = FakeCall<&win32::Calls::createIoCompletionPort>::real(file, port, key, concurrency);
            handle_ = port == nullptr ? made : handle_;
            return made;
        }};
    std::vector<win32::Handle> others_;
    HANDLE successor_ = nullptr;
    Recording recording_;
};

TEST_F(ClosedPortHandleTest, WorkersInAListenerLearnOfItWhenTheyComeBack) {
    Turnstile turnstile;
    recording_.onDelivery = [&](unsigned, auto) { turnstile.pass(); };
    TestPort port{recording_, portSettings(kWorkers)};
    for (std::uint64_t token = 0; token < kWorkers; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        ASSERT_TRUE(turnstile.waitForWaiting(static_cast<unsigned>(token) + 1));
    }
    closeHandle();
    EXPECT_EQ(code(EngineError::kPortLost), port->post(0, 0, kWorkers).error());
    turnstile.open();
    ASSERT_TRUE(waitFor([&] { return recording_.losses == 1; }));
    EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, recording_.lossReason);
    port.end();
    EXPECT_EQ(kWorkers, recording_.count());
    EXPECT_EQ(1u, recording_.losses);
}

}  // namespace
}  // namespace iocp4j
