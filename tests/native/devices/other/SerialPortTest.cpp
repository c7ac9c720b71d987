#include <gtest/gtest.h>

#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Wine.h"
#include "devices/other/SerialPort.h"

namespace iocp4j {
namespace {

using namespace test;
using FlowControl = SerialSettings::FlowControl;

// A pipe instead of a serial port, with fakes for the calls that only serial ports support.
class SerialPortTest : public ::testing::Test {
protected:
    Device::Key open() {
        const auto opened = SerialPort::open(*port_, settings_);
        EXPECT_EQ(0u, opened.error());
        return *opened;
    }

    auto awaitEvents(Device::Key key, std::uint64_t token, std::uint32_t events) {
        return port_.submit(key, Opcode::kCommEvent, token, [events](Device& device, Operation& operation) {
            return static_cast<SerialPort&>(device).awaitEvents(operation, events);
        });
    }

    // The driver's side of WaitCommEvent.
    void happen(DWORD events, Status status = kStatusSuccess) {
        OVERLAPPED* operation = std::exchange(waiting_, nullptr);
        *std::exchange(eventsOf_, nullptr) = events;
        operation->InternalHigh = sizeof(DWORD);
        operation->Internal = static_cast<std::uint32_t>(status);
        kernel_.queue(key_, operation, status, sizeof(DWORD));
    }

    SerialSettings settings_ = [] {
        SerialSettings settings;
        settings.name = L"\\\\.\\COM99";
        return settings;
    }();
    std::wstring pipe_ = newPipeName();
    win32::Handle peer_{
        ::CreateNamedPipeW(pipe_.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, nullptr)};
    Recording recording_;
    PortHandle kernel_;

    std::string opened_;
    DCB block_{};
    COMMTIMEOUTS timeouts_{};
    DWORD mask_ = 0;
    Device::Key key_ = 0;
    OVERLAPPED* waiting_ = nullptr;
    DWORD* eventsOf_ = nullptr;
    DWORD refusal_ = ERROR_SUCCESS;  // the result of the tested call

    FakeCall<&win32::Calls::createFile> create_{
        [this](LPCWSTR name, DWORD access, DWORD share, SECURITY_ATTRIBUTES*, DWORD disposition, DWORD flags, HANDLE) {
            EXPECT_EQ(settings_.name, name);
            EXPECT_EQ(DWORD{GENERIC_READ | GENERIC_WRITE}, access);
            EXPECT_EQ(0u, share) << "serial ports cannot be shared";
            EXPECT_EQ(DWORD{FILE_FLAG_OVERLAPPED}, flags);
            return decltype(create_)::real(pipe_.c_str(), access, share, nullptr, disposition, flags, nullptr);
        }};
    FakeCall<&win32::Calls::getCommState> getState_{[](HANDLE, DCB* block) {
        EXPECT_EQ(sizeof(DCB), block->DCBlength);
        block->XonLim = 123;
        block->fAbortOnError = TRUE;
        return TRUE;
    }};
    FakeCall<&win32::Calls::setCommState> setState_{[this](HANDLE, DCB* block) {
        block_ = *block;
        return refusal_ == ERROR_SUCCESS ? TRUE : failing(refusal_);
    }};
    FakeCall<&win32::Calls::setCommTimeouts> setTimeouts_{[this](HANDLE, COMMTIMEOUTS* timeouts) {
        timeouts_ = *timeouts;
        return TRUE;
    }};
    FakeCall<&win32::Calls::setCommMask> setMask_{[this](HANDLE, DWORD mask) {
        mask_ = mask;
        if (waiting_ != nullptr) {
            happen(0);
        }
        return refusal_ == ERROR_SUCCESS ? TRUE : failing(refusal_);
    }};
    FakeCall<&win32::Calls::waitCommEvent> wait_{[this](HANDLE, DWORD* events, OVERLAPPED* operation) {
        waiting_ = operation;
        eventsOf_ = events;
        return failing(ERROR_IO_PENDING);
    }};
    FakeCall<&win32::Calls::cancelIoEx> cancel_{[this](HANDLE handle, OVERLAPPED* operation) {
        if (waiting_ != nullptr && (operation == nullptr || operation == waiting_)) {
            happen(0, kStatusCancelled);
            return TRUE;
        }
        return decltype(cancel_)::real(handle, operation);
    }};
    TestPort port_{recording_};
};

TEST_F(SerialPortTest, SetsTheLineUp) {
    settings_.baud = 115'200;
    settings_.dataBits = 7;
    settings_.parity = EVENPARITY;
    settings_.stopBits = TWOSTOPBITS;
    settings_.timeouts = {1, 2, 3, 4, 5};
    open();
    EXPECT_EQ(115'200u, block_.BaudRate);
    EXPECT_EQ(7, block_.ByteSize);
    EXPECT_EQ(EVENPARITY, block_.Parity);
    EXPECT_TRUE(block_.fParity);
    EXPECT_EQ(TWOSTOPBITS, block_.StopBits);
    EXPECT_TRUE(block_.fBinary);
    EXPECT_FALSE(block_.fAbortOnError);
    EXPECT_EQ(123, block_.XonLim) << "unnamed values are unchanged";
    EXPECT_EQ(1u, timeouts_.ReadIntervalTimeout);
    EXPECT_EQ(2u, timeouts_.ReadTotalTimeoutMultiplier);
    EXPECT_EQ(3u, timeouts_.ReadTotalTimeoutConstant);
    EXPECT_EQ(4u, timeouts_.WriteTotalTimeoutMultiplier);
    EXPECT_EQ(5u, timeouts_.WriteTotalTimeoutConstant);
}

struct Lines {
    FlowControl control;
    bool cts;
    bool dsr;
    bool software;
    DWORD rts;
    DWORD dtr;
};

class SerialFlowTest : public SerialPortTest, public ::testing::WithParamInterface<Lines> {};

TEST_P(SerialFlowTest, SetsTheLinesUp) {
    const Lines& expected = GetParam();
    settings_.flowControl = expected.control;
    settings_.dtr = settings_.rts = false;
    open();
    EXPECT_EQ(expected.cts, block_.fOutxCtsFlow != 0);
    EXPECT_EQ(expected.dsr, block_.fOutxDsrFlow != 0);
    EXPECT_EQ(expected.software, block_.fOutX != 0);
    EXPECT_EQ(expected.software, block_.fInX != 0);
    EXPECT_EQ(expected.rts, block_.fRtsControl);
    EXPECT_EQ(expected.dtr, block_.fDtrControl);
    if (expected.software) {
        EXPECT_EQ(0x11, block_.XonChar);
        EXPECT_EQ(0x13, block_.XoffChar);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Controls, SerialFlowTest,
    ::testing::Values(Lines{FlowControl::kNone, false, false, false, RTS_CONTROL_DISABLE, DTR_CONTROL_DISABLE},
                      Lines{FlowControl::kRtsCts, true, false, false, RTS_CONTROL_HANDSHAKE, DTR_CONTROL_DISABLE},
                      Lines{FlowControl::kDtrDsr, false, true, false, RTS_CONTROL_DISABLE, DTR_CONTROL_HANDSHAKE},
                      Lines{FlowControl::kXonXoff, false, false, true, RTS_CONTROL_DISABLE, DTR_CONTROL_DISABLE}));

TEST_F(SerialPortTest, SaysWhatTheHardwareCannotDo) {
    refusal_ = ERROR_INVALID_PARAMETER;
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, SerialPort::open(*port_, settings_).error());
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(SerialPortTest, ReadsAndWrites) {
    key_ = open();
    char buffer[16];
    ASSERT_TRUE(port_.read(key_, 1, buffer, sizeof(buffer)));
    DWORD count = 0;
    EXPECT_TRUE(::WriteFile(peer_.get(), "OK", 2, &count, nullptr));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ("OK", std::string(buffer, record.bytes));
    EXPECT_EQ(DeviceKind::kSerialPort, record.kind);
    ASSERT_TRUE(port_.write(key_, 2, "AT", 2));
    EXPECT_EQ(2u, recording_.waitForToken(2).bytes);
}

// --- Events ---------------------------------------------------------------------------------------------------------

TEST_F(SerialPortTest, ReportsWhichEventsHaveOccurred) {
    key_ = open();
    ASSERT_TRUE(awaitEvents(key_, 1, EV_RXCHAR | EV_CTS));
    EXPECT_EQ(DWORD{EV_RXCHAR | EV_CTS}, mask_);
    EXPECT_EQ(0u, recording_.count());
    happen(EV_CTS);
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(DWORD{EV_CTS}, record.detail);
    EXPECT_EQ(Opcode::kCommEvent, record.opcode);
}

TEST_F(SerialPortTest, AnotherWaitEndsTheOneBefore) {
    key_ = open();
    ASSERT_TRUE(awaitEvents(key_, 1, EV_RXCHAR));
    ASSERT_TRUE(awaitEvents(key_, 2, EV_DSR));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    EXPECT_EQ(0u, recording_.waitForToken(1).detail);
    happen(EV_DSR);
    EXPECT_EQ(DWORD{EV_DSR}, recording_.waitForToken(2).detail);
}

// The second event occurs before the first completion is read.
TEST_F(SerialPortTest, EventsOfTwoWaitsAreNotMixedUp) {
    key_ = open();
    for (std::uint64_t token = 1; token <= 200; token += 2) {
        ASSERT_TRUE(awaitEvents(key_, token, EV_RXCHAR));
        happen(EV_RXCHAR);
        ASSERT_TRUE(awaitEvents(key_, token + 1, EV_RING));
        happen(EV_RING);
    }
    for (std::uint64_t token = 1; token <= 200; token += 2) {
        EXPECT_EQ(DWORD{EV_RXCHAR}, recording_.waitForToken(token).detail);
        EXPECT_EQ(DWORD{EV_RING}, recording_.waitForToken(token + 1).detail);
    }
}

TEST_F(SerialPortTest, WaitCanBeCancelled) {
    key_ = open();
    const auto id = awaitEvents(key_, 1, EV_RXCHAR);
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(key_, *id));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, record.status);
    EXPECT_EQ(0u, record.detail);
}

TEST_F(SerialPortTest, WaitEndsWithItsDevice) {
    key_ = open();
    ASSERT_TRUE(awaitEvents(key_, 1, EV_RXCHAR));
    EXPECT_TRUE(closed(key_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

TEST_F(SerialPortTest, WhatTheDriverRefusesIsACompletion) {
    key_ = open();
    refusal_ = ERROR_NOT_SUPPORTED;
    ASSERT_TRUE(awaitEvents(key_, 1, EV_CTS));
    EXPECT_EQ(DWORD{ERROR_NOT_SUPPORTED}, recording_.waitForToken(1).status);
    EXPECT_EQ(nullptr, waiting_) << "not waited for";
}

// --- Lines ----------------------------------------------------------------------------------------------------------

class SerialLinesTest : public SerialPortTest {
protected:
    DWORD function_ = 0;
    FakeCall<&win32::Calls::escapeCommFunction> escape_{[this](HANDLE, DWORD function) {
        function_ = function;
        return refusal_ == ERROR_SUCCESS ? TRUE : failing(refusal_);
    }};
    FakeCall<&win32::Calls::getCommModemStatus> status_{[this](HANDLE, DWORD* status) {
        *status = MS_CTS_ON | MS_RLSD_ON;
        return refusal_ == ERROR_SUCCESS ? TRUE : failing(refusal_);
    }};
    FakeCall<&win32::Calls::purgeComm> purge_{[this](HANDLE, DWORD flags) {
        function_ = flags;
        return refusal_ == ERROR_SUCCESS ? TRUE : failing(refusal_);
    }};
};

TEST_F(SerialLinesTest, AreSetAndAskedAfter) {
    const Device::Key key = open();
    const Share<Device> share{key};
    const auto& serial = static_cast<SerialPort&>(*share);
    EXPECT_EQ(0u, serial.escape(SETDTR));
    EXPECT_EQ(DWORD{SETDTR}, function_);
    EXPECT_EQ(0u, serial.purge(PURGE_RXCLEAR));
    EXPECT_EQ(DWORD{PURGE_RXCLEAR}, function_);
    EXPECT_EQ(DWORD{MS_CTS_ON | MS_RLSD_ON}, *serial.modemStatus());
    refusal_ = ERROR_NOT_SUPPORTED;
    EXPECT_EQ(DWORD{ERROR_NOT_SUPPORTED}, serial.escape(CLRRTS));
    EXPECT_EQ(DWORD{ERROR_NOT_SUPPORTED}, serial.purge(PURGE_TXCLEAR));
    EXPECT_EQ(DWORD{ERROR_NOT_SUPPORTED}, serial.modemStatus().error());
}

// --- On a real port -------------------------------------------------------------------------------------------------

// IOCP4J_SERIAL_PORT names a port, such as \\.\COM3. It should return what is written to it: a plug that connects its
// two data lines, or under Wine a terminal that echoes.
class RealSerialPortTest : public ::testing::Test {
protected:
    void SetUp() override {
        wchar_t name[MAX_PATH] = {};
        if (::GetEnvironmentVariableW(L"IOCP4J_SERIAL_PORT", name, MAX_PATH) == 0) {
            GTEST_SKIP() << "IOCP4J_SERIAL_PORT names no serial port that sends back what it is sent";
        }
        SerialSettings settings;
        settings.name = name;
        settings.timeouts = {MAXDWORD, MAXDWORD, MAXDWORD - 1, 0, 0};
        const auto opened = SerialPort::open(*port_, settings);
        ASSERT_TRUE(opened) << opened.error();
        key_ = *opened;
    }

    Recording recording_;
    TestPort port_{recording_};
    Device::Key key_ = 0;
};

TEST_F(RealSerialPortTest, ReadsWhatItHasWritten) {
    ASSERT_TRUE(port_.write(key_, 1, "hello\n", 6));
    EXPECT_EQ(6u, recording_.waitForToken(1).bytes);
    std::string data;
    for (std::uint64_t token = 2; data.size() < 5; ++token) {
        // One at a time, because Wine waits for a full buffer with these timeouts.
        char byte = 0;
        ASSERT_TRUE(port_.read(key_, token, &byte, 1));
        const CompletionRecord record = recording_.waitForToken(token);
        ASSERT_EQ(0u, record.status);
        data.append(&byte, record.bytes);
    }
    EXPECT_EQ("hello", data.substr(0, 5));
}

TEST_F(RealSerialPortTest, CancelsARead) {
    char buffer[64];
    const auto id = port_.read(key_, 1, buffer, sizeof(buffer));
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(key_, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
}

TEST_F(RealSerialPortTest, AwaitsAByte) {
    const auto wait = [&](std::uint64_t token) {
        return port_.submit(key_, Opcode::kCommEvent, token, [](Device& device, Operation& operation) {
            return static_cast<SerialPort&>(device).awaitEvents(operation, EV_RXCHAR);
        });
    };
    if (isWine()) {
        GTEST_SKIP() << "Wine's WaitCommEvent ends at once, and posts no packet";
    }
    ASSERT_TRUE(wait(1));
    ASSERT_TRUE(port_.write(key_, 2, "x", 1));
    EXPECT_EQ(DWORD{EV_RXCHAR}, recording_.waitForToken(1).detail);
}

}  // namespace
}  // namespace iocp4j
