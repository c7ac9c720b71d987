#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/StreamDevice.h"
#include "devices/socket/StreamSocket.h"

namespace iocp4j {
namespace {

using namespace test;

class TransmitFileTest : public StreamSocketTest {
protected:
    TransmitFileTest() {
        wchar_t folder[MAX_PATH];
        wchar_t name[MAX_PATH];
        ::GetTempPathW(MAX_PATH, folder);
        ::GetTempFileNameW(folder, L"ioc", 0, name);
        path_ = name;
        for (int i = 0; i < 100'000; ++i) {
            content_ += static_cast<char>('a' + i % 23);
        }
        const win32::Handle file{
            ::CreateFileW(name, GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr)};
        DWORD written = 0;
        EXPECT_TRUE(::WriteFile(file.get(), content_.data(), static_cast<DWORD>(content_.size()), &written, nullptr));
    }
    ~TransmitFileTest() override { ::DeleteFileW(path_.c_str()); }

    auto transmit(std::uint64_t token, StreamSocket::Transmission transmission) {
        return submit(port_, device_, Opcode::kTransmitFile, token, [&](StreamSocket& socket, Operation& operation) {
            return socket.transmitFile(operation, std::move(transmission));
        });
    }

    std::wstring path_;
    std::string content_;
};

TEST_F(TransmitFileTest, SendsAPartOfAFileBetweenHeadAndTail) {
    auto file = StreamSocket::openFile(path_);
    ASSERT_TRUE(file) << file.error();
    std::string head = "<head>";
    std::string tail = "<tail>";
    ASSERT_TRUE(transmit(1, {std::move(*file), 50'000, 10'000, head, tail}));
    EXPECT_EQ("<head>" + content_.substr(50'000, 10'000) + "<tail>", peer_.receive(10'012));
    const CompletionRecord record = recording_.waitForToken(1);
    EXPECT_EQ(0u, record.status);
    EXPECT_EQ(10'012u, record.bytes);
    EXPECT_EQ(0u, record.detail);
    EXPECT_EQ(Opcode::kTransmitFile, record.opcode);
    EXPECT_TRUE(::DeleteFileW(path_.c_str())) << "the file is closed again: " << ::GetLastError();
}

TEST_F(TransmitFileTest, SendsAWholeFileThatIsADevice) {
    class File : public Device {
    public:
        using Device::Device;
        const Traits& traits() const noexcept override {
            static constexpr Traits kTraits{.kind = DeviceKind::kFile};
            return kTraits;
        }
    };
    auto opened = StreamSocket::openFile(path_);
    ASSERT_TRUE(opened);
    const auto device = port_->add(std::make_unique<File>(*port_, path_, std::move(*opened)));
    ASSERT_TRUE(device);
    auto file = StreamSocket::openFile(*Share<Device>{*device});
    ASSERT_TRUE(file) << file.error();
    EXPECT_TRUE(closed(*device)) << "the device may be closed meanwhile";
    ASSERT_TRUE(transmit(1, {std::move(*file), 0, 0, {}, {}}));
    EXPECT_EQ(content_, peer_.receive(content_.size()));
    EXPECT_EQ(content_.size(), recording_.waitForToken(1).bytes);
}

// A handle as the JDK opens it.
win32::Handle openSynchronous(const std::wstring& path, DWORD access, DWORD share) {
    win32::Handle file{::CreateFileW(path.c_str(), access, share, nullptr, OPEN_EXISTING, 0, nullptr)};
    EXPECT_TRUE(file) << ::GetLastError();
    return file;
}

std::int64_t positionOf(const win32::Handle& file) {
    LARGE_INTEGER position{};
    EXPECT_TRUE(::SetFilePointerEx(file.get(), {}, &position, FILE_CURRENT));
    return position.QuadPart;
}

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

TEST_F(TransmitFileTest, SendsAFileOfASynchronousHandleAndKeepsItsPosition) {
    win32::Handle other = openSynchronous(path_, GENERIC_READ, kShareAll);
    ASSERT_TRUE(::SetFilePointerEx(other.get(), LARGE_INTEGER{.QuadPart = 7}, nullptr, FILE_BEGIN));
    auto file = StreamSocket::openFile(other.get());
    ASSERT_TRUE(file) << file.error();
    ASSERT_TRUE(transmit(1, {std::move(*file), 50'000, 10'000, {}, {}}));
    EXPECT_EQ(content_.substr(50'000, 10'000), peer_.receive(10'000));
    EXPECT_EQ(10'000u, recording_.waitForToken(1).bytes);
    EXPECT_EQ(7, positionOf(other));

    auto again = StreamSocket::openFile(other.get());
    ASSERT_TRUE(again);
    other.reset();
    ASSERT_TRUE(transmit(2, {std::move(*again), 99'990, 0, {}, {}})) << "the other handle may be closed";
    EXPECT_EQ(content_.substr(99'990), peer_.receive(10));
    EXPECT_EQ(10u, recording_.waitForToken(2).bytes);
}

TEST_F(TransmitFileTest, SendsAFileThatWindowsDoesNotOpenTwice) {
    const win32::Handle other = openSynchronous(path_, GENERIC_READ, 0);
    auto file = StreamSocket::openFile(other.get());
    ASSERT_TRUE(file) << file.error();
    ASSERT_TRUE(transmit(1, {std::move(*file), 50'000, 10'000, {}, {}}));
    EXPECT_EQ(content_.substr(50'000, 10'000), peer_.receive(10'000));
    EXPECT_EQ(10'000u, recording_.waitForToken(1).bytes);
}

TEST_F(TransmitFileTest, RefusesAHandleThatCannotBeRead) {
    const win32::Handle writeOnly = openSynchronous(path_, GENERIC_WRITE, kShareAll);
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, StreamSocket::openFile(writeOnly.get()).error());
    const win32::Handle event{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    EXPECT_EQ(code(EngineError::kWrongDevice), StreamSocket::openFile(event.get()).error());
    EXPECT_EQ(code(EngineError::kWrongDevice), StreamSocket::openFile(HANDLE{nullptr}).error());
}

TEST_F(TransmitFileTest, ReportsThatTheHandleCannotBeDuplicated) {
    const FakeCall<&win32::Calls::reOpenFile> reOpen{[](auto...) {
        ::SetLastError(ERROR_SHARING_VIOLATION);
        return INVALID_HANDLE_VALUE;
    }};
    const FakeCall<&win32::Calls::duplicateHandle> duplicate{
        [](auto...) { return failing(ERROR_NO_SYSTEM_RESOURCES); }};
    const win32::Handle other = openSynchronous(path_, GENERIC_READ, kShareAll);
    EXPECT_EQ(DWORD{ERROR_NO_SYSTEM_RESOURCES}, StreamSocket::openFile(other.get()).error());
}

TEST_F(TransmitFileTest, OnlyFilesCanBeSent) {
    const Share<Device> socket{device_};
    EXPECT_EQ(code(EngineError::kWrongDevice), StreamSocket::openFile(*socket).error());
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, StreamSocket::openFile(path_ + L".not").error());
}

TEST_F(TransmitFileTest, CancelledAndClosedInFlight) {
    // Until the send buffers are full.
    std::vector<std::uint64_t> tokens;
    for (std::uint64_t token = 1; token <= 200; ++token) {
        auto file = StreamSocket::openFile(path_);
        ASSERT_TRUE(file);
        ASSERT_TRUE(transmit(token, {std::move(*file), 0, 0, {}, {}}));
        tokens.push_back(token);
    }
    EXPECT_TRUE(closed(device_));
    for (const std::uint64_t token : tokens) {
        const DWORD status = recording_.waitForToken(token).status;
        EXPECT_TRUE(status == ERROR_SUCCESS || status == kHandlesClosed) << status;
    }
    EXPECT_EQ(kHandlesClosed, recording_.waitForToken(200).status);
    EXPECT_TRUE(::DeleteFileW(path_.c_str())) << "all files are closed: " << ::GetLastError();
}

}  // namespace
}  // namespace iocp4j
