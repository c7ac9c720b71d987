// A C++ program that includes only iocp4j.hpp.
#include <gtest/gtest.h>
#include <windows.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "../fixtures/HandlesClosed.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/TempFile.h"
#include "../fixtures/WaitFor.h"
#include "c/iocp4j.hpp"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::chrono::milliseconds kNone{0};

// The completions of a port.
class Recorder {
public:
    void operator()(Completions batch) {
        const std::lock_guard lock{mutex_};
        completions_.insert(completions_.end(), batch.begin(), batch.end());
        changed_.notify_all();
    }

    // The first completion with that token, or a record of zeros at the timeout.
    Completion waitFor(std::uint64_t token) {
        std::unique_lock lock{mutex_};
        auto found = completions_.end();
        EXPECT_TRUE(changed_.wait_for(lock, kTimeout,
                                      [&] {
                                          found = std::find_if(completions_.begin(), completions_.end(),
                                                               [&](const Completion& it) { return it.token == token; });
                                          return found != completions_.end();
                                      }))
            << "no completion of " << token;
        return found != completions_.end() ? *found : Completion{};
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Completion> completions_;
};

// The code of the exception that the call throws, or 0.
template <class Call>
std::error_code thrownBy(Call&& call) {
    try {
        call();
    } catch (const std::system_error& error) {
        return error.code();
    }
    return {};
}

std::error_code refusal(iocp4j_error error) { return {static_cast<int>(error), errorCategory()}; }

using Buffer = char[8];

// A device at the server's end of a pipe, with a read with the token 1 in flight.
Device reading(Port& port, const PipeEnds& ends, Buffer& buffer) {
    Device device = port.lend(ends.server.get());
    device.read(buffer, sizeof(buffer), 1);
    return device;
}

class CppProgramTest : public ::testing::Test {
protected:
    Recorder recorder_;
    CompletionPort port_{[this](Completions batch) { recorder_(batch); }};
};

TEST_F(CppProgramTest, BothEndsOfAPipeTalk) {
    const std::wstring name = newPipeName();
    PipeServerSettings settings;
    settings.name = name.c_str();
    settings.messages = 1;
    settings.token = 100;
    const Device server = port_.servePipe(settings);
    Device client = port_.connectPipe(name.c_str(), true);
    Device connection{recorder_.waitFor(100).key};
    char buffer[16];
    connection.read(buffer, sizeof(buffer), 1);
    client.write("question", 8, 2);
    EXPECT_EQ("question", std::string(buffer, recorder_.waitFor(1).bytes));
    EXPECT_EQ(IOCP4J_WRITE, recorder_.waitFor(2).opcode);
}

TEST_F(CppProgramTest, AFileHasPositionsAndAnEnd) {
    const TempFile place;
    Device file = port_.openFile(place.path().c_str(), GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW);
    file.write("there", 5, 1, 3);
    EXPECT_EQ(5u, recorder_.waitFor(1).bytes);
    char buffer[16];
    file.read(buffer, sizeof(buffer), 2, 4);
    EXPECT_EQ("here", std::string(buffer, recorder_.waitFor(2).bytes));
    file.read(buffer, sizeof(buffer), 3, 8);
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, recorder_.waitFor(3).status);
    EXPECT_TRUE(file.close(kForever));
}

TEST_F(CppProgramTest, ACancelAndADeadlineHaveDifferentStatuses) {
    PipeEnds ends;
    Device device = port_.lend(ends.server.get());
    char buffer[8];
    EXPECT_TRUE(device.cancel(device.read(buffer, sizeof(buffer), 1)));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recorder_.waitFor(1).status);
    const iocp4j_operation over = device.read(buffer, sizeof(buffer), 2, 0, std::chrono::milliseconds{20});
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recorder_.waitFor(2).status);
    EXPECT_TRUE(waitFor([&] { return !device.cancel(over); }));
    EXPECT_TRUE(device.close(kForever));
}

TEST_F(CppProgramTest, ADeviceIsClosedByItsOneOwner) {
    PipeEnds ends;
    char buffer[8];
    iocp4j_key key = 0;
    {
        Device first = port_.lend(ends.server.get());
        Device second{std::move(first)};
        key = second.key();
        EXPECT_EQ(0u, first.key());
        second.read(buffer, sizeof(buffer), 1);
        Device third;
        third = std::move(second);
        EXPECT_EQ(key, third.key());
        third = Device{};
        EXPECT_EQ(kHandlesClosed, recorder_.waitFor(1).status) << "no object owns it any more";
        third = port_.lend(ends.client.get());
        third.read(buffer, sizeof(buffer), 2);
    }
    EXPECT_EQ(kHandlesClosed, recorder_.waitFor(2).status);
    EXPECT_EQ(refusal(IOCP4J_DEVICE_CLOSED), thrownBy([&] { Device{key}.read(buffer, sizeof(buffer), 3); }));
}

TEST_F(CppProgramTest, WhatIsRefusedIsThrownWithItsReason) {
    EXPECT_EQ(refusal(ERROR_FILE_NOT_FOUND), thrownBy([&] { port_.connectPipe(newPipeName().c_str()); }));
    EXPECT_EQ(refusal(ERROR_INVALID_HANDLE), thrownBy([&] { port_.adopt(INVALID_HANDLE_VALUE); }));
    EXPECT_EQ(refusal(ERROR_INVALID_PARAMETER), thrownBy([&] { port_.servePipe({}); }));
    PortSettings tooMany;
    tooMany.workers = 1'025;
    EXPECT_EQ(refusal(ERROR_INVALID_PARAMETER), thrownBy([&] { CompletionPort{[](Completions) {}, tooMany}; }));
    EXPECT_TRUE(port_.close());
    EXPECT_EQ(refusal(IOCP4J_PORT_CLOSED), thrownBy([&] { port_.post(1, 2, 3); }));
    EXPECT_EQ("no such port, or none any more", refusal(IOCP4J_PORT_CLOSED).message());
    EXPECT_EQ(std::system_category().message(ERROR_FILE_NOT_FOUND), refusal(ERROR_FILE_NOT_FOUND).message());
    EXPECT_EQ(std::system_category().default_error_condition(ERROR_FILE_NOT_FOUND),
              refusal(ERROR_FILE_NOT_FOUND).default_error_condition());
    EXPECT_EQ(errorCategory(), refusal(IOCP4J_PORT_CLOSED).default_error_condition().category());
}

TEST(CppProgramLifeTest, TheListenerExistsUntilItsPortHasEnded) {
    const auto recorder = std::make_shared<Recorder>();
    PipeEnds ends;
    Buffer buffer;
    {
        CompletionPort port{[recorder](Completions batch) { (*recorder)(batch); }};
        const Device device = reading(port, ends, buffer);
        EXPECT_LT(1, recorder.use_count());
    }
    EXPECT_EQ(kHandlesClosed, recorder->waitFor(1).status);
    EXPECT_TRUE(waitFor([&] { return recorder.use_count() == 1; }));
}

TEST(CppProgramLifeTest, APortMayBeDestroyedByItsOwnListener) {
    const auto recorder = std::make_shared<Recorder>();
    const auto port = std::make_shared<std::unique_ptr<CompletionPort>>();
    std::mutex assigned;
    {
        const std::lock_guard lock{assigned};
        *port = std::make_unique<CompletionPort>([recorder, port, &assigned](Completions batch) {
            {
                const std::lock_guard wait{assigned};
                port->reset();
            }
            (*recorder)(batch);
        });
        (*port)->post(1, 2, 3);
    }
    EXPECT_EQ(3u, recorder->waitFor(3).token);
    EXPECT_TRUE(waitFor([&] { return recorder.use_count() == 1; })) << "the listener is destroyed with its port";
}

TEST(PollingCppProgramTest, DrainsThePortOnItsOwnThread) {
    PolledPort port;
    const auto nothing = [](Completions) { ADD_FAILURE() << "nothing has been posted"; };
    EXPECT_EQ(0u, port.poll(kNone, nothing));
    port.wakeUp();
    EXPECT_EQ(0u, port.poll(kForever, nothing));
    port.post(1, 2, 3);
    std::uint64_t token = 0;
    EXPECT_EQ(1u, port.poll(kForever, [&](Completions batch) { token = batch.begin()->token; }));
    EXPECT_EQ(3u, token);
    port.post(1, 2, 4);
    EXPECT_THROW(port.poll(kForever, [](Completions) { throw std::runtime_error{"the visitor's"}; }),
                 std::runtime_error);
    EXPECT_EQ(0u, port.poll(kNone, nothing)) << "the batch was released";
}

TEST(PollingCppProgramTest, CloseBringsWhatWasInFlight) {
    PipeEnds ends;
    Buffer buffer;
    PolledPort port;
    const Device device = reading(port, ends, buffer);
    port.close();
    std::vector<Completion> completions;
    EXPECT_EQ(refusal(IOCP4J_PORT_CLOSED), thrownBy([&] {
                  for (;;) {
                      port.poll(kForever, [&](Completions batch) { completions.assign(batch.begin(), batch.end()); });
                  }
              }));
    ASSERT_EQ(1u, completions.size());
    EXPECT_EQ(kHandlesClosed, completions[0].status);
}

TEST(PollingCppProgramTest, WhatIsInFlightAtTheEndIsDropped) {
    PipeEnds ends;
    Buffer buffer;
    {
        PolledPort port;
        const Device device = reading(port, ends, buffer);
        port.post(1, 2, 3);
    }
    DWORD flags = 0;
    EXPECT_TRUE(::GetHandleInformation(ends.server.get(), &flags)) << "the device does not own the handle";
}

TEST(CppProgramTimeTest, IsNeverLongerThanForEver) {
    EXPECT_EQ(0u, toMilliseconds(std::chrono::milliseconds{-1}));
    EXPECT_EQ(0u, toMilliseconds(kNone));
    EXPECT_EQ(5u, toMilliseconds(std::chrono::milliseconds{5}));
    EXPECT_EQ(IOCP4J_FOREVER, toMilliseconds(kForever));
    EXPECT_EQ(IOCP4J_FOREVER, toMilliseconds(std::chrono::hours{24 * 365}));
}

}  // namespace
}  // namespace iocp4j
