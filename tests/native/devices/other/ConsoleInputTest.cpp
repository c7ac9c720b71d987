#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <string>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PseudoConsole.h"
#include "../../fixtures/TestPort.h"
#include "devices/other/ConsoleInput.h"

namespace iocp4j {
namespace {

using namespace test;

class ConsoleInputTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (!console_) {
            GTEST_SKIP() << PseudoConsole::kNone;
        }
        const auto opened = ConsoleInput::open(*port_);
        ASSERT_TRUE(opened) << opened.error();
        device_ = *opened;
    }

    win32::Result<OperationId> read(std::uint64_t token, std::size_t records = 16) {
        return port_.read(device_, token, records_.data(), static_cast<std::uint32_t>(records * sizeof(INPUT_RECORD)));
    }

    // The characters of the pressed keys.
    std::string keysOf(const CompletionRecord& record) const {
        std::string keys;
        for (std::size_t i = 0; i < record.bytes / sizeof(INPUT_RECORD); ++i) {
            const auto& key = records_[i].Event.KeyEvent;
            if (records_[i].EventType == KEY_EVENT && key.bKeyDown && key.uChar.UnicodeChar != 0) {
                keys += static_cast<char>(key.uChar.UnicodeChar);
            }
        }
        return keys;
    }

    // Reads until that many keys have come.
    std::string readKeys(std::size_t count, std::size_t recordsAtOnce = 16) {
        std::string keys;
        while (keys.size() < count) {
            const std::uint64_t token = ++lastToken_;
            EXPECT_TRUE(read(token, recordsAtOnce));
            const CompletionRecord record = recording_.waitForToken(token);
            EXPECT_EQ(0u, record.status);
            EXPECT_GE(record.bytes, sizeof(INPUT_RECORD));
            EXPECT_EQ(0u, record.bytes % sizeof(INPUT_RECORD));
            if (record.status != 0) {
                break;
            }
            keys += keysOf(record);
        }
        return keys;
    }

    PseudoConsole console_;
    std::array<INPUT_RECORD, 16> records_{};
    Recording recording_;
    TestPort port_{recording_};
    Device::Key device_ = 0;
    std::uint64_t lastToken_ = 100;
};

TEST_F(ConsoleInputTest, ReadsWhatIsTyped) {
    console_.type("iocp");
    EXPECT_EQ("iocp", readKeys(4));
}

TEST_F(ConsoleInputTest, ReadWaitsForAKey) {
    ASSERT_TRUE(read(1));
    pause(port_, recording_);
    console_.type("x");
    // The first records of a new console, such as a focus event, are no keys.
    std::string keys = keysOf(recording_.waitForToken(1));
    keys += keys.empty() ? readKeys(1) : "";
    EXPECT_EQ("x", keys);
}

TEST_F(ConsoleInputTest, ReadTakesNoMoreThanFits) {
    console_.type("abcdef");
    EXPECT_EQ("abcdef", readKeys(6, 1));
}

// Another reader, such as System.in, may read the input between the signal and the read. The read must not block,
// because the thread serves other waits.
TEST(ConsoleInputRaceTest, InputThatAnotherReaderTakesKeepsNoThread) {
    std::atomic<int> taken{0};
    FakeCall<&win32::Calls::readConsoleInput> readConsoleInput{
        [&](HANDLE console, INPUT_RECORD* records, DWORD room, DWORD* count) {
            DWORD there = 0;
            while (::GetNumberOfConsoleInputEvents(console, &there) && there > 0) {
                INPUT_RECORD other[16];
                DWORD read = 0;
                EXPECT_TRUE(::ReadConsoleInputW(console, other, 16, &read));
            }
            const BOOL succeeded = decltype(readConsoleInput)::real(console, records, room, count);
            ++taken;
            return succeeded;
        }};
    PseudoConsole console;
    if (!console) {
        GTEST_SKIP() << PseudoConsole::kNone;
    }
    Recording recording;
    TestPort port{recording};
    const auto device = ConsoleInput::open(*port);
    ASSERT_TRUE(device) << device.error();
    INPUT_RECORD records[4];
    const auto id = port.read(*device, 1, records, sizeof(records));
    ASSERT_TRUE(id);
    console.type("x");
    ASSERT_TRUE(waitFor([&] { return taken > 0; }));
    EXPECT_TRUE(port.cancel(*device, *id));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording.waitForToken(1).status);
}

TEST_F(ConsoleInputTest, CancelEndsARead) {
    // Read all input first, so that one read waits.
    for (std::uint64_t token = 1; token < 100; ++token) {
        const auto id = read(token);
        ASSERT_TRUE(id);
        pause(port_, recording_);
        if (port_.cancel(device_, *id)) {
            EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recording_.waitForToken(token).status);
            console_.type("y");
            EXPECT_EQ("y", readKeys(1)) << "the console still works";
            return;
        }
    }
    FAIL() << "nothing waits";
}

TEST_F(ConsoleInputTest, CloseEndsReads) {
    for (std::uint64_t token = 1; token <= 8; ++token) {
        ASSERT_TRUE(read(token));
    }
    EXPECT_TRUE(closed(device_));
    EXPECT_TRUE(recording_.waitForCount(8));
    unsigned endedByClose = 0;
    for (std::uint64_t token = 1; token <= 8; ++token) {
        endedByClose += recording_.waitForToken(token).status == kHandlesClosed;
    }
    EXPECT_GE(endedByClose, 1u);
}

TEST_F(ConsoleInputTest, RefusesABufferTooSmallForARecord) {
    ASSERT_TRUE(port_.read(device_, 1, records_.data(), sizeof(INPUT_RECORD) - 1));
    EXPECT_EQ(DWORD{ERROR_INSUFFICIENT_BUFFER}, recording_.waitForToken(1).status);
    ASSERT_TRUE(port_.write(device_, 2, records_.data(), sizeof(INPUT_RECORD)));
    EXPECT_EQ(DWORD{ERROR_INVALID_FUNCTION}, recording_.waitForToken(2).status);
}

TEST(NoConsoleTest, OpenFailsWithoutAConsole) {
    ::FreeConsole();
    Recording recording;
    TestPort port{recording};
    EXPECT_NE(0u, ConsoleInput::open(*port).error());
}

}  // namespace
}  // namespace iocp4j
