#include <gtest/gtest.h>
#include <windows.h>
#include <winioctl.h>

#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/ScriptedDevice.h"
#include "../../fixtures/TestPort.h"
#include "devices/other/AdoptedDevice.h"
#include "devices/pipe/NamedPipe.h"

namespace iocp4j {
namespace {

using namespace test;

// Control codes of the pipe driver, which only the driver kit declares.
constexpr DWORD pipeCode(DWORD function, DWORD method, DWORD access) noexcept {
    return (FILE_DEVICE_NAMED_PIPE << 16) | (access << 14) | (function << 2) | method;
}
constexpr DWORD kDisconnect = pipeCode(1, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr DWORD kListen = pipeCode(2, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr DWORD kPeek = pipeCode(3, METHOD_BUFFERED, FILE_READ_DATA);
constexpr DWORD kTransceive = pipeCode(5, METHOD_NEITHER, FILE_READ_DATA | FILE_WRITE_DATA);
constexpr DWORD kUnknown = pipeCode(0xabc, METHOD_BUFFERED, FILE_ANY_ACCESS);

class DeviceControlTest : public ::testing::Test {
protected:
    auto control(Device::Key key, std::uint64_t token, DWORD code, const void* in = nullptr, std::uint32_t inLength = 0,
                 void* out = nullptr, std::uint32_t outLength = 0) {
        return port_.submit(key, Opcode::kControl, token, [=](Device& device, Operation& operation) {
            return device.control(operation, code, in, inLength, out, outLength);
        });
    }

    Device::Key add(win32::Handle handle) {
        const auto added = port_->add(std::make_unique<NamedPipe>(*port_, L"pipe", std::move(handle)));
        EXPECT_EQ(0u, added.error());
        return *added;
    }

    // An instance without a client.
    Device::Key listener(std::wstring& name) {
        name = newPipeName();
        return add(win32::Handle{::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                                    PIPE_TYPE_BYTE, 1, 4096, 4096, 0, nullptr)});
    }

    Recording recording_;
    PortHandle kernel_;
    TestPort port_{recording_};
};

TEST_F(DeviceControlTest, CompletesWhenTheDeviceHasDoneItsPart) {
    std::wstring name;
    const Device::Key pipe = listener(name);
    ASSERT_TRUE(control(pipe, 1, kListen));
    EXPECT_EQ(0u, recording_.count());
    const win32::Handle client = connectTo(name);
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(Opcode::kControl, record.opcode);
    EXPECT_EQ(pipe, record.key);
    EXPECT_EQ(DeviceKind::kPipe, record.kind);
    EXPECT_TRUE(closed(pipe));
    EXPECT_EQ(1u, recording_.count());
}

TEST_F(DeviceControlTest, TakesAndFillsBuffers) {
    PipeEnds ends{PipeKind::kMessages};
    const Device::Key client = add(std::move(ends.client));
    const Device::Key server = add(std::move(ends.server));
    char answer[64] = {};
    ASSERT_TRUE(control(client, 1, kTransceive, "question", 8, answer, sizeof(answer)));
    char question[64] = {};
    ASSERT_TRUE(port_.read(server, 2, question, sizeof(question)));
    EXPECT_EQ(8u, recording_.waitForToken(2).bytes);
    EXPECT_STREQ("question", question);
    ASSERT_TRUE(port_.write(server, 3, "answer", 6));
    EXPECT_EQ(6u, recording_.waitForToken(1).bytes);
    EXPECT_STREQ("answer", answer);
}

TEST_F(DeviceControlTest, CompletesARequestThatIsDoneAtOnce) {
    PipeEnds ends;
    const Device::Key client = add(std::move(ends.client));
    const Device::Key server = add(std::move(ends.server));
    ASSERT_TRUE(port_.write(server, 1, "hello", 5));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    struct Peeked {
        ULONG state;
        ULONG bytes;
        ULONG messages;
        ULONG messageLength;
        char data[5];
    } peeked{};
    ASSERT_TRUE(control(client, 2, kPeek, nullptr, 0, &peeked, 16 + 5));
    const CompletionRecord record = recording_.waitForToken(2);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(16u + 5u, record.bytes);
    EXPECT_EQ(5u, peeked.bytes);
    EXPECT_EQ("hello", std::string(peeked.data, 5));
}

TEST_F(DeviceControlTest, WhatTheDeviceRefusesIsACompletion) {
    PipeEnds ends;
    const Device::Key client = add(std::move(ends.client));
    ASSERT_TRUE(control(client, 1, kDisconnect)) << "a client's end";
    EXPECT_NE(0u, recording_.waitForToken(1).status);
    ASSERT_TRUE(control(client, 2, kUnknown));
    EXPECT_NE(0u, recording_.waitForToken(2).status);
    EXPECT_TRUE(closed(client));
    EXPECT_EQ(2u, recording_.count());
}

TEST_F(DeviceControlTest, CanBeCancelled) {
    std::wstring name;
    const Device::Key pipe = listener(name);
    const auto id = control(pipe, 1, kListen);
    ASSERT_TRUE(id);
    EXPECT_TRUE(port_.cancel(pipe, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(1).status);
}

TEST_F(DeviceControlTest, EndsWithItsDevice) {
    std::wstring name;
    const Device::Key pipe = listener(name);
    ASSERT_TRUE(control(pipe, 1, kListen));
    EXPECT_TRUE(closed(pipe));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_EQ(code(EngineError::kDeviceClosed), control(pipe, 2, kListen).error());
}

// A request to the pipe driver itself, through a handle to its root.
TEST_F(DeviceControlTest, WaitsForAPipeOfAnotherProgram) {
    constexpr DWORD kWait = pipeCode(6, METHOD_BUFFERED, FILE_ANY_ACCESS);
    const auto root = AdoptedDevice::open(*port_, L"\\\\.\\pipe\\", GENERIC_READ);
    ASSERT_TRUE(root) << root.error();
    const std::wstring name = newPipeName();
    const std::wstring last = name.substr(name.rfind(L'\\') + 1);
    const auto create = [&] {
        return win32::Handle{::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
                                                PIPE_UNLIMITED_INSTANCES, 0, 0, 0, nullptr)};
    };
    const win32::Handle busy = create();
    const win32::Handle client = connectTo(name);
    struct Wait {
        LARGE_INTEGER timeout;
        ULONG nameLength;
        BOOLEAN timeoutGiven;
        wchar_t name[64];
    } wait{};
    wait.timeout.QuadPart = -10'000'000LL * 60;
    wait.timeoutGiven = TRUE;
    wait.nameLength = static_cast<ULONG>(last.size() * sizeof(wchar_t));
    last.copy(wait.name, last.size());
    ASSERT_TRUE(control(*root, 1, kWait, &wait, static_cast<std::uint32_t>(offsetof(Wait, name) + wait.nameLength)));
    ::Sleep(20);
    EXPECT_EQ(0u, recording_.count());
    const win32::Handle free = create();
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
}

// --- Through the table of calls -------------------------------------------------------------------------------------

class FakeControlTest : public DeviceControlTest {
protected:
    struct Request {
        HANDLE device;
        DWORD code;
        const void* in;
        DWORD inLength;
        const void* out;
        DWORD outLength;
        OVERLAPPED* operation;
    };

    // The driver of the test.
    std::function<BOOL(const Request&)> driver_;
    FakeCall<&win32::Calls::deviceIoControl> fake_{[this](HANDLE device, DWORD code, void* in, DWORD inLength,
                                                          void* out, DWORD outLength, DWORD*, OVERLAPPED* operation) {
        return driver_({device, code, in, inLength, out, outLength, operation});
    }};
};

// FALSE with a warning, and a packet: like ERROR_MORE_DATA, but with any warning of a driver.
TEST_F(FakeControlTest, WarningIsFollowedByAPacket) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    constexpr Status kNoMoreEntries = static_cast<Status>(0x8000'001a);
    PipeEnds ends;
    const Device::Key pipe = add(std::move(ends.client));
    driver_ = [&](const Request& request) {
        request.operation->InternalHigh = 7;
        request.operation->Internal = static_cast<std::uint32_t>(kNoMoreEntries);
        kernel_.queue(pipe, request.operation, kNoMoreEntries, 7);
        return failing(ERROR_NO_MORE_ITEMS);
    };
    ASSERT_TRUE(control(pipe, 1, kUnknown));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(DWORD{ERROR_NO_MORE_ITEMS}, record.status);
    EXPECT_EQ(7u, record.bytes) << "the packet's byte count";
    EXPECT_TRUE(closed(pipe));
    EXPECT_EQ(1u, recording_.count());
    EXPECT_EQ(0u, port_.foreignPackets());
}

TEST_F(FakeControlTest, FailureIsNotFollowedByAPacket) {
    PipeEnds ends;
    const Device::Key pipe = add(std::move(ends.client));
    driver_ = [](const Request&) { return failing(ERROR_NOT_READY); };
    ASSERT_TRUE(control(pipe, 1, kUnknown));
    EXPECT_EQ(DWORD{ERROR_NOT_READY}, recording_.waitForToken(1).status);
}

TEST_F(FakeControlTest, PassesOnWhatItIsGiven) {
    PipeEnds ends;
    const HANDLE handle = ends.client.get();
    const Device::Key pipe = add(std::move(ends.client));
    char in[3];
    char out[5];
    bool right = false;
    driver_ = [&](const Request& request) {
        right = request.device == handle && request.code == 0xffff'ffff && request.in == in && request.inLength == 3 &&
                request.out == out && request.outLength == 5;
        return failing(ERROR_INVALID_FUNCTION);
    };
    ASSERT_TRUE(control(pipe, 1, 0xffff'ffff, in, sizeof(in), out, sizeof(out)));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording_.waitForToken(1).status);
    EXPECT_TRUE(right);
}

}  // namespace
}  // namespace iocp4j
