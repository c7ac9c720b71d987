#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "../../fixtures/Wine.h"
#include "devices/other/Mailslot.h"

namespace iocp4j {
namespace {

using namespace test;

MailslotSettings newMailslot() {
    static std::atomic<unsigned> number{0};
    MailslotSettings settings;
    settings.name =
        L"\\\\.\\mailslot\\iocp4j-test-" + std::to_wstring(::GetCurrentProcessId()) + L"-" + std::to_wstring(++number);
    return settings;
}

// --- On mailslots ---------------------------------------------------------------------------------------------------

class MailslotTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (isWine() && !isBound()) {
            GTEST_SKIP() << "Wine's mailslots take no overlapped reads";
        }
        const auto opened = MailslotServer::open(*port_, settings_);
        if (isWine() && opened.error() == ERROR_INVALID_PARAMETER) {
            GTEST_SKIP() << "Wine binds no mailslot to a completion port";
        }
        ASSERT_TRUE(opened) << opened.error();
        server_ = *opened;
        const auto connected = MailslotClient::open(*port_, settings_.name);
        ASSERT_TRUE(connected) << connected.error();
        client_ = *connected;
    }

    std::uint32_t write(std::uint64_t token, const std::string& message) {
        EXPECT_TRUE(port_.write(client_, token, message.data(), static_cast<std::uint32_t>(message.size())));
        return recording_.waitForToken(token).status;
    }

    MailslotServer::Contents contents() {
        const Share<Device> share{server_};
        const auto found = static_cast<MailslotServer&>(*share).contents();
        EXPECT_TRUE(found) << found.error();
        return *found;
    }

    char buffer_[64] = {};
    Recording recording_;
    TestPort port_{recording_};
    MailslotSettings settings_ = newMailslot();
    Device::Key server_ = 0;
    Device::Key client_ = 0;
};

TEST_F(MailslotTest, ReadsMessagesOneByOne) {
    EXPECT_EQ(0u, write(1, "one"));
    EXPECT_EQ(0u, write(2, "three"));
    EXPECT_EQ(2u, contents().messages);
    EXPECT_EQ(3u, contents().nextLength);
    ASSERT_TRUE(port_.read(server_, 3, buffer_, sizeof(buffer_)));
    const CompletionRecord record = recording_.waitForToken(3);
    EXPECT_EQ("one", std::string(buffer_, record.bytes));
    EXPECT_EQ(DeviceKind::kMailslot, record.kind);
    EXPECT_EQ(1u, contents().messages);
}

TEST_F(MailslotTest, ReadsWhatComesLater) {
    ASSERT_TRUE(port_.read(server_, 1, buffer_, sizeof(buffer_)));
    EXPECT_EQ(0u, write(2, "later"));
    EXPECT_EQ(5u, recording_.waitForToken(1).bytes);
}

TEST_F(MailslotTest, KeepsAMessageThatDoesNotFit) {
    EXPECT_EQ(0u, write(1, "0123456789"));
    ASSERT_TRUE(port_.read(server_, 2, buffer_, 4));
    EXPECT_EQ(DWORD{ERROR_INSUFFICIENT_BUFFER}, recording_.waitForToken(2).status);
    ASSERT_TRUE(port_.read(server_, 3, buffer_, sizeof(buffer_)));
    EXPECT_EQ(10u, recording_.waitForToken(3).bytes);
}

TEST_F(MailslotTest, CloseEndsARead) {
    ASSERT_TRUE(port_.read(server_, 1, buffer_, sizeof(buffer_)));
    EXPECT_TRUE(closed(server_));
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(1).status);
}

TEST_F(MailslotTest, NameIsTakenOnce) {
    EXPECT_EQ(DWORD{ERROR_ALREADY_EXISTS}, MailslotServer::open(*port_, settings_).error());
}

// --- Through the table of calls -------------------------------------------------------------------------------------

// Pipes instead of mailslots, which are the same for a port.
class FakeMailslotTest : public ::testing::Test {
protected:
    Recording recording_;
    MailslotSettings settings_ = newMailslot();
    std::wstring pipe_ = newPipeName();
    bool right_ = false;
    DWORD error_ = ERROR_SUCCESS;
    FakeCall<&win32::Calls::createMailslot> create_{
        [this](LPCWSTR name, DWORD longest, DWORD timeout, SECURITY_ATTRIBUTES* security) {
            right_ = name == settings_.name && longest == settings_.longestMessage && timeout == settings_.timeout &&
                     security->lpSecurityDescriptor != nullptr && !security->bInheritHandle;
            if (error_ != ERROR_SUCCESS) {
                ::SetLastError(error_);
                return INVALID_HANDLE_VALUE;
            }
            return ::CreateNamedPipeW(pipe_.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                      PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096, 4096, 0, nullptr);
        }};
    FakeCall<&win32::Calls::createFile> open_{[this](LPCWSTR name, DWORD access, DWORD share, SECURITY_ATTRIBUTES*,
                                                     DWORD disposition, DWORD flags, HANDLE) {
        right_ = name == settings_.name && access == GENERIC_WRITE && share == (FILE_SHARE_READ | FILE_SHARE_WRITE) &&
                 disposition == OPEN_EXISTING && flags == FILE_FLAG_OVERLAPPED;
        return decltype(open_)::real(pipe_.c_str(), access, 0, nullptr, disposition, flags, nullptr);
    }};
    FakeCall<&win32::Calls::getMailslotInfo> info_{[](HANDLE, DWORD*, DWORD* next, DWORD* messages, DWORD*) {
        *next = MAILSLOT_NO_MESSAGE;
        *messages = 0;
        return TRUE;
    }};
    TestPort port_{recording_};
};

TEST_F(FakeMailslotTest, ServerAndClientGoThroughThePort) {
    settings_.longestMessage = 400;
    settings_.timeout = 5'000;
    const auto server = MailslotServer::open(*port_, settings_);
    ASSERT_TRUE(server) << server.error();
    EXPECT_TRUE(std::exchange(right_, false));
    const auto client = MailslotClient::open(*port_, settings_.name);
    ASSERT_TRUE(client) << client.error();
    EXPECT_TRUE(right_);
    char buffer[16];
    ASSERT_TRUE(port_.read(*server, 1, buffer, sizeof(buffer)));
    ASSERT_TRUE(port_.write(*client, 2, "message", 7));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ("message", std::string(buffer, record.bytes));
    EXPECT_EQ(DeviceKind::kMailslot, record.kind);
    EXPECT_EQ(DeviceKind::kMailslot, recording_.waitForToken(2).kind);
}

TEST_F(FakeMailslotTest, NoMessageHasNoLength) {
    const auto server = MailslotServer::open(*port_, settings_);
    ASSERT_TRUE(server) << server.error();
    const Share<Device> share{*server};
    auto contents = static_cast<MailslotServer&>(*share).contents();
    ASSERT_TRUE(contents);
    EXPECT_EQ(0u, contents->messages);
    EXPECT_EQ(0u, contents->nextLength);
}

TEST_F(FakeMailslotTest, SaysWhyThereIsNone) {
    error_ = ERROR_ALREADY_EXISTS;
    EXPECT_EQ(DWORD{ERROR_ALREADY_EXISTS}, MailslotServer::open(*port_, settings_).error());
    settings_.sddl = L"nonsense";
    EXPECT_NE(0u, MailslotServer::open(*port_, settings_).error());
    pipe_ = newPipeName();
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, MailslotClient::open(*port_, settings_.name).error());
    EXPECT_TRUE(port_->snapshot().devices.empty());
}

}  // namespace
}  // namespace iocp4j
