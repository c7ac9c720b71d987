#include <gtest/gtest.h>

#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/PseudoConsole.h"
#include "../../fixtures/SocketEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/other/AdoptedDevice.h"

namespace iocp4j {
namespace {

using namespace test;

bool isOpen(HANDLE handle) {
    DWORD flags = 0;
    return ::GetHandleInformation(handle, &flags) != FALSE;
}

// A temporary file, which is deleted when its handle is closed.
win32::Handle temporaryFile(DWORD flags) {
    wchar_t folder[MAX_PATH];
    wchar_t name[MAX_PATH];
    ::GetTempPathW(MAX_PATH, folder);
    ::GetTempFileNameW(folder, L"ioc", 0, name);
    return win32::Handle{::CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                                       flags | FILE_FLAG_DELETE_ON_CLOSE, nullptr)};
}

class AdoptedDeviceTest : public ::testing::Test {
protected:
    auto adopt(HANDLE handle, AdoptedDevice::Ownership ownership = AdoptedDevice::Ownership::kKept) {
        return AdoptedDevice::adopt(*port_, handle, ownership);
    }

    Recording recording_;
    TestPort port_{recording_};
};

TEST_F(AdoptedDeviceTest, ReadsAndWritesAPipe) {
    PipeEnds ends;
    const auto server = adopt(ends.server.get());
    const auto client = adopt(ends.client.get());
    ASSERT_TRUE(server && client) << server.error() << ' ' << client.error();
    char buffer[16];
    ASSERT_TRUE(port_.read(*server, 1, buffer, sizeof(buffer)));
    ASSERT_TRUE(port_.write(*client, 2, "hello", 5));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ("hello", std::string(buffer, record.bytes));
    EXPECT_EQ(DeviceKind::kAdopted, record.kind);
    EXPECT_EQ(0u, recording_.waitForToken(2).status);
    EXPECT_TRUE(closed(*server));
    EXPECT_TRUE(closed(*client));
}

TEST_F(AdoptedDeviceTest, LosesNothingOnAHandleThatSkipsPackets) {
    PipeEnds ends;
    for (const HANDLE end : {ends.server.get(), ends.client.get()}) {
        ASSERT_TRUE(::SetFileCompletionNotificationModes(end, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    }
    const auto server = adopt(ends.server.get());
    const auto client = adopt(ends.client.get());
    ASSERT_TRUE(server && client);
    char buffer[16];
    for (std::uint64_t round = 0; round < 20; ++round) {
        const auto written = port_.write(*client, 2 * round, "hello", 5);
        ASSERT_TRUE(written);
        EXPECT_FALSE(isInline(*written)) << "inline completion is not enabled";
        EXPECT_EQ(5u, recording_.waitForToken(2 * round).bytes);
        ASSERT_TRUE(port_.read(*server, 2 * round + 1, buffer, sizeof(buffer)));
        EXPECT_EQ("hello", std::string(buffer, recording_.waitForToken(2 * round + 1).bytes));
    }
    EXPECT_EQ(40u, recording_.count());
}

TEST_F(AdoptedDeviceTest, CompletesInlineUnlessItIsADatagramSocket) {
    PipeEnds ends;
    SocketEnds sockets;
    const PlainSocket datagrams{AF_INET, SOCK_DGRAM};
    const auto inlineOn = [&](HANDLE handle) {
        const auto adopted = adopt(handle);
        EXPECT_EQ(0u, adopted.error());
        const Share<Device> share{*adopted};
        return share->completeInline();
    };
    EXPECT_EQ(0u, inlineOn(ends.server.get()));
    EXPECT_EQ(0u, inlineOn(sockets.device.get()));
    EXPECT_EQ(DWORD{WSAEOPNOTSUPP}, inlineOn(reinterpret_cast<HANDLE>(datagrams.get())));
    port_.end();
}

TEST_F(AdoptedDeviceTest, ReadsAndWritesAFileAtPositions) {
    const win32::Handle file = temporaryFile(FILE_FLAG_OVERLAPPED);
    const auto device = adopt(file.get());
    ASSERT_TRUE(device) << device.error();
    ASSERT_TRUE(port_.submit(*device, Opcode::kWrite, 1, [](Device& target, Operation& operation) {
        operation.setPosition(1'000'000);
        return target.write(operation, "here", 4);
    }));
    EXPECT_EQ(0u, recording_.waitForToken(1).status);
    char buffer[16] = {};
    ASSERT_TRUE(port_.submit(*device, Opcode::kRead, 2, [&](Device& target, Operation& operation) {
        operation.setPosition(999'999);
        return target.read(operation, buffer, sizeof(buffer));
    }));
    EXPECT_EQ(5u, recording_.waitForToken(2).bytes);
    EXPECT_EQ("here", std::string(buffer + 1, 4));
    EXPECT_TRUE(closed(*device));
}

TEST_F(AdoptedDeviceTest, CloseCancelsAndLeavesAHandleThatIsKept) {
    PipeEnds ends;
    const auto device = adopt(ends.client.get());
    ASSERT_TRUE(device);
    char buffer[16];
    ASSERT_TRUE(port_.read(*device, 1, buffer, sizeof(buffer)));
    EXPECT_TRUE(closed(*device));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    EXPECT_TRUE(isOpen(ends.client.get()));
    if (isBound()) {
        EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, adopt(ends.client.get()).error()) << "still bound to the port";
    }
}

TEST_F(AdoptedDeviceTest, CloseClosesAHandleThatIsPassed) {
    const std::wstring name = newPipeName();
    const win32::Handle server{
        ::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, nullptr)};
    const HANDLE raw = ::CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                     FILE_FLAG_OVERLAPPED, nullptr);
    const auto device = adopt(raw, AdoptedDevice::Ownership::kPassed);
    ASSERT_TRUE(device);
    char buffer[16];
    ASSERT_TRUE(port_.read(*device, 1, buffer, sizeof(buffer)));
    EXPECT_TRUE(closed(*device));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
    DWORD count = 0;
    EXPECT_FALSE(::WriteFile(server.get(), "x", 1, &count, nullptr)) << "the peer sees the end";
}

TEST_F(AdoptedDeviceTest, PortThatEndsLeavesWhatIsKept) {
    PipeEnds ends;
    {
        Recording recording;
        TestPort other{recording};
        ASSERT_TRUE(AdoptedDevice::adopt(*other, ends.client.get(), AdoptedDevice::Ownership::kKept));
    }
    EXPECT_TRUE(isOpen(ends.client.get()));
}

// With either ownership, because the call has failed.
TEST_F(AdoptedDeviceTest, HandleThatIsRefusedStaysOpenAndTheCallers) {
    for (const auto ownership : {AdoptedDevice::Ownership::kKept, AdoptedDevice::Ownership::kPassed}) {
        const PipeEnds ends{PipeKind::kBytes, 4096, 0};
        EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, adopt(ends.client.get(), ownership).error()) << "not overlapped";
        EXPECT_TRUE(isOpen(ends.client.get()));
        const win32::Handle event{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
        EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, adopt(event.get(), ownership).error()) << "no file";
        EXPECT_TRUE(isOpen(event.get()));
    }
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

TEST_F(AdoptedDeviceTest, HandleThatIsBoundAlreadyStaysOpenAndTheCallers) {
    if (!isBound()) {
        GTEST_SKIP() << kOfPackets;
    }
    const PipeEnds ends;
    ASSERT_TRUE(adopt(ends.server.get()));
    for (const auto ownership : {AdoptedDevice::Ownership::kKept, AdoptedDevice::Ownership::kPassed}) {
        EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, adopt(ends.server.get(), ownership).error());
        EXPECT_TRUE(isOpen(ends.server.get()));
    }
    EXPECT_EQ(1u, port_->snapshot().devices.size());
}

TEST_F(AdoptedDeviceTest, HandleStaysTheCallersWhenThePortIsClosing) {
    PipeEnds ends;
    const CompletionPort::Key key = port_->key();
    CompletionPort::close(key);
    const Share<CompletionPort> port{key};
    if (port) {
        const auto refused = AdoptedDevice::adopt(*port, ends.client.get(), AdoptedDevice::Ownership::kPassed);
        EXPECT_EQ(code(EngineError::kPortClosed), refused.error());
    }
    EXPECT_TRUE(isOpen(ends.client.get()));
}

TEST_F(AdoptedDeviceTest, OpensWhatHasAPath) {
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, AdoptedDevice::open(*port_, newPipeName(), GENERIC_READ).error());
    const std::wstring name = newPipeName();
    const win32::Handle server{
        ::CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, nullptr)};
    const auto client = AdoptedDevice::open(*port_, name, GENERIC_READ | GENERIC_WRITE);
    ASSERT_TRUE(client) << client.error();
    EXPECT_EQ(
        name, Share<Device> { *client } -> name());
}

TEST_F(AdoptedDeviceTest, AConsoleIsRefused) {
    const PseudoConsole attached;
    if (!attached) {
        GTEST_SKIP() << PseudoConsole::kNone;
    }
    const win32::Handle console = attached.openInput();
    ASSERT_TRUE(console) << ::GetLastError();
    EXPECT_FALSE(adopt(console.get()));
    EXPECT_FALSE(AdoptedDevice::open(*port_, L"CONIN$", GENERIC_READ | GENERIC_WRITE));
}

}  // namespace
}  // namespace iocp4j
