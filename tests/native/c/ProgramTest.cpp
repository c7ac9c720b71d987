// A program without Java that includes only iocp4j.h.
#include <gtest/gtest.h>
#include <windows.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "../fixtures/PipeEnds.h"
#include "../fixtures/TempFile.h"
#include "../fixtures/WaitFor.h"
#include "c/iocp4j.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::uint32_t kLong = 30'000;

// The completions of a port.
class Recorder {
public:
    static void listen(void* context, const iocp4j_record* records, std::uint32_t count) {
        auto& recorder = *static_cast<Recorder*>(context);
        const std::lock_guard lock{recorder.mutex_};
        recorder.records_.insert(recorder.records_.end(), records, records + count);
        recorder.changed_.notify_all();
    }
    static void end(void* context) {
        auto& recorder = *static_cast<Recorder*>(context);
        const std::lock_guard lock{recorder.mutex_};
        ++recorder.ends_;
        recorder.changed_.notify_all();
    }

    // The first completion with that token, or a record of zeros at the timeout.
    iocp4j_record waitFor(std::uint64_t token) {
        iocp4j_record found{};
        std::unique_lock lock{mutex_};
        EXPECT_TRUE(changed_.wait_for(lock, kTimeout,
                                      [&] {
                                          for (const auto& record : records_) {
                                              if (record.token == token) {
                                                  found = record;
                                                  return true;
                                              }
                                          }
                                          return false;
                                      }))
            << "no completion of " << token;
        return found;
    }
    bool waitForEnd() {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, kTimeout, [&] { return ends_ > 0; });
    }
    int ends() {
        const std::lock_guard lock{mutex_};
        return ends_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<iocp4j_record> records_;
    int ends_ = 0;
};

class ProgramTest : public ::testing::Test {
protected:
    ProgramTest() {
        iocp4j_port_settings settings{};
        settings.size = sizeof(settings);
        settings.workers = 2;
        settings.listener = &Recorder::listen;
        settings.ended = &Recorder::end;
        settings.context = &recorder_;
        EXPECT_EQ(0u, iocp4j_open_port(&settings, &port_));
    }
    ~ProgramTest() override {
        EXPECT_EQ(1, iocp4j_close_port(port_, kLong));
        EXPECT_TRUE(recorder_.waitForEnd());
        EXPECT_EQ(1, recorder_.ends());
    }

    iocp4j_key serve(const std::wstring& name, std::uint32_t maxInstances = 0) {
        iocp4j_pipe_server_settings settings{};
        settings.size = sizeof(settings);
        settings.name = name.c_str();
        settings.messages = 1;
        settings.max_instances = maxInstances;
        settings.token = kAccept;
        iocp4j_key server = 0;
        EXPECT_EQ(0u, iocp4j_serve_pipe(port_, &settings, &server));
        return server;
    }

    static constexpr std::uint64_t kAccept = 100;

    Recorder recorder_;
    iocp4j_key port_ = 0;
};

TEST_F(ProgramTest, BothEndsOfAPipeTalk) {
    const std::wstring name = newPipeName();
    const iocp4j_key server = serve(name);
    iocp4j_key client = 0;
    ASSERT_EQ(0u, iocp4j_connect_pipe(port_, name.c_str(), 1, kLong, &client));
    const iocp4j_record accept = recorder_.waitFor(kAccept);
    EXPECT_EQ(IOCP4J_ACCEPT, accept.opcode);
    EXPECT_EQ(0u, accept.status);
    EXPECT_EQ(::GetCurrentProcessId(), accept.detail);
    char buffer[16];
    ASSERT_EQ(0u, iocp4j_read(accept.key, buffer, sizeof(buffer), 0, 1, IOCP4J_FOREVER, nullptr));
    ASSERT_EQ(0u, iocp4j_write(client, "question", 8, 0, 2, IOCP4J_FOREVER, nullptr));
    const iocp4j_record read = recorder_.waitFor(1);
    EXPECT_EQ(IOCP4J_READ, read.opcode);
    EXPECT_EQ(accept.key, read.key);
    EXPECT_EQ("question", std::string(buffer, read.bytes));
    EXPECT_EQ(IOCP4J_WRITE, recorder_.waitFor(2).opcode);
    EXPECT_EQ(1, iocp4j_close(client, kLong));
    EXPECT_EQ(1, iocp4j_close(server, kLong));
    ASSERT_EQ(0u, iocp4j_read(accept.key, buffer, sizeof(buffer), 0, 3, IOCP4J_FOREVER, nullptr))
        << "connections outlive their server";
    EXPECT_EQ(DWORD{ERROR_BROKEN_PIPE}, recorder_.waitFor(3).status);
}

TEST_F(ProgramTest, AFileHasPositionsAndAnEnd) {
    const TempFile place;
    iocp4j_key file = 0;
    ASSERT_EQ(0u, iocp4j_open_file(port_, place.path().c_str(), GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW, 0, &file));
    ASSERT_EQ(0u, iocp4j_write(file, "there", 5, 3, 1, IOCP4J_FOREVER, nullptr));
    EXPECT_EQ(5u, recorder_.waitFor(1).bytes);
    char buffer[16];
    ASSERT_EQ(0u, iocp4j_read(file, buffer, sizeof(buffer), 4, 2, IOCP4J_FOREVER, nullptr));
    EXPECT_EQ("here", std::string(buffer, recorder_.waitFor(2).bytes));
    ASSERT_EQ(0u, iocp4j_read(file, buffer, sizeof(buffer), 8, 3, IOCP4J_FOREVER, nullptr));
    EXPECT_EQ(DWORD{ERROR_HANDLE_EOF}, recorder_.waitFor(3).status);
    iocp4j_key again = 0;
    EXPECT_EQ(DWORD{ERROR_SHARING_VIOLATION},
              iocp4j_open_file(port_, place.path().c_str(), GENERIC_READ, 0, OPEN_EXISTING, 0, &again));
    EXPECT_EQ(1, iocp4j_close(file, kLong));
}

TEST_F(ProgramTest, AnAdoptedHandleIsClosedOnlyIfItWasGivenAway) {
    for (const int own : {0, 1}) {
        const HANDLE pipe = ::CreateNamedPipeW(newPipeName().c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                               PIPE_TYPE_BYTE, 1, 4096, 4096, 0, nullptr);
        iocp4j_key device = 0;
        ASSERT_EQ(0u, iocp4j_adopt(port_, pipe, own, &device));
        ASSERT_EQ(1, iocp4j_close(device, kLong));
        DWORD flags = 0;
        ASSERT_EQ(own == 0, ::GetHandleInformation(pipe, &flags) != 0);
        if (own == 0) {
            ::CloseHandle(pipe);
        }
    }
    iocp4j_key device = 0;
    EXPECT_EQ(DWORD{ERROR_INVALID_HANDLE}, iocp4j_adopt(port_, INVALID_HANDLE_VALUE, 1, &device));
}

TEST_F(ProgramTest, ACancelAndADeadlineHaveDifferentStatuses) {
    PipeEnds ends;
    iocp4j_key device = 0;
    ASSERT_EQ(0u, iocp4j_adopt(port_, ends.server.get(), 0, &device));
    char buffer[8];
    iocp4j_operation operation = 0;
    ASSERT_EQ(0u, iocp4j_read(device, buffer, sizeof(buffer), 0, 1, IOCP4J_FOREVER, &operation));
    EXPECT_EQ(1, iocp4j_cancel(device, operation));
    EXPECT_EQ(DWORD{ERROR_OPERATION_ABORTED}, recorder_.waitFor(1).status);
    EXPECT_TRUE(waitFor([&] { return iocp4j_cancel(device, operation) == 0; })) << "it is over";
    ASSERT_EQ(0u, iocp4j_read(device, buffer, sizeof(buffer), 0, 2, 20, nullptr));
    EXPECT_EQ(DWORD{ERROR_TIMEOUT}, recorder_.waitFor(2).status);
    EXPECT_EQ(1, iocp4j_close(device, kLong));
}

TEST_F(ProgramTest, APostedPacketComesAsItIs) {
    ASSERT_EQ(0u, iocp4j_post(port_, 7, 8, 9));
    const iocp4j_record record = recorder_.waitFor(9);
    EXPECT_EQ(7u, record.key);
    EXPECT_EQ(8u, record.bytes);
    EXPECT_EQ(IOCP4J_POST, record.opcode);
}

TEST_F(ProgramTest, InvalidArgumentsAreRefused) {
    iocp4j_key key = 0;
    char buffer[8];
    EXPECT_EQ(IOCP4J_DEVICE_CLOSED, iocp4j_read(port_, buffer, sizeof(buffer), 0, 1, IOCP4J_FOREVER, nullptr));
    EXPECT_EQ(IOCP4J_PORT_CLOSED, iocp4j_post(0, 0, 0, 0));
    EXPECT_EQ(IOCP4J_HAS_WORKERS, iocp4j_open_poller(port_, &key));
    EXPECT_EQ(DWORD{ERROR_FILE_NOT_FOUND}, iocp4j_connect_pipe(port_, newPipeName().c_str(), 0, 0, &key));
    for (const wchar_t* name :
         {L"name", L"\\\\.\\", L"\\\\.\\pipe\\", L"\\\\\\pipe\\x", L"\\\\.\\pipes\\x", L"C:\\pipe\\x"}) {
        EXPECT_EQ(DWORD{ERROR_INVALID_NAME}, iocp4j_connect_pipe(port_, name, 0, 0, &key));
    }
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, iocp4j_open_port(nullptr, &key));
    iocp4j_port_settings tooMany{};
    tooMany.size = sizeof(tooMany);
    tooMany.ended = &Recorder::end;
    tooMany.context = &recorder_;
    tooMany.workers = 1'025;
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, iocp4j_open_port(&tooMany, &key));
    iocp4j_pipe_server_settings nameless{};
    nameless.size = sizeof(nameless);
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, iocp4j_serve_pipe(port_, &nameless, &key));
    const std::wstring name = newPipeName();
    nameless.name = name.c_str();
    nameless.size -= 8;  // the size of another version of the header
    EXPECT_EQ(DWORD{ERROR_INVALID_PARAMETER}, iocp4j_serve_pipe(port_, &nameless, &key));
    EXPECT_EQ(0u, key);
    EXPECT_EQ(0, recorder_.ends()) << "no callback for a port that was not opened";
}

TEST_F(ProgramTest, NoMoreInstancesWaitThanThereMayBe) {
    const std::wstring name = newPipeName();
    ASSERT_NE(0u, serve(name, 1));
    const win32::Handle client = connectTo(name);
    EXPECT_EQ(0u, recorder_.waitFor(kAccept).status);
}

TEST_F(ProgramTest, AServerThatCannotListenIsClosed) {
    const std::wstring name = newPipeName();
    serve(name);
    iocp4j_pipe_server_settings settings{};
    settings.size = sizeof(settings);
    settings.name = name.c_str();
    iocp4j_key second = 0;
    EXPECT_EQ(DWORD{ERROR_ACCESS_DENIED}, iocp4j_serve_pipe(port_, &settings, &second));
    EXPECT_EQ(0u, second);
}

TEST(PollingProgramTest, DrainsThePortOnItsOwnThread) {
    Recorder recorder;
    iocp4j_port_settings settings{};
    settings.size = sizeof(settings);
    settings.ended = &Recorder::end;
    settings.context = &recorder;
    iocp4j_key port = 0;
    ASSERT_EQ(0u, iocp4j_open_port(&settings, &port));
    iocp4j_key poller = 0;
    ASSERT_EQ(0u, iocp4j_open_poller(port, &poller));
    const iocp4j_record* records = nullptr;
    std::uint32_t count = 1;
    EXPECT_EQ(0u, iocp4j_poll(poller, 0, &records, &count));
    EXPECT_EQ(0u, count);
    ASSERT_EQ(0u, iocp4j_post(port, 1, 2, 3));
    ASSERT_EQ(0u, iocp4j_poll(poller, kLong, &records, &count));
    ASSERT_EQ(1u, count);
    EXPECT_EQ(3u, records[0].token);
    std::uint32_t none = 0;
    EXPECT_EQ(IOCP4J_POLLER_BUSY, iocp4j_poll(poller, 0, &records, &none)) << "the batch is not released";
    iocp4j_delivered(poller);
    iocp4j_wake_up(port);
    EXPECT_EQ(0u, iocp4j_poll(poller, kLong, &records, &count));
    EXPECT_EQ(0u, count);
    PipeEnds ends;
    iocp4j_key device = 0;
    ASSERT_EQ(0u, iocp4j_adopt(port, ends.server.get(), 0, &device));
    char buffer[8];
    ASSERT_EQ(0u, iocp4j_read(device, buffer, sizeof(buffer), 0, 4, IOCP4J_FOREVER, nullptr));
    EXPECT_EQ(0, iocp4j_close_port(port, 0)) << "a completion is queued, and no thread polls";
    ASSERT_EQ(0u, iocp4j_poll(poller, kLong, &records, &count));
    ASSERT_EQ(1u, count);
    EXPECT_EQ(4u, records[0].token);
    EXPECT_EQ(DWORD{676}, records[0].status);
    iocp4j_delivered(poller);
    EXPECT_EQ(1, iocp4j_close_port(port, kLong));
    EXPECT_EQ(IOCP4J_PORT_CLOSED, iocp4j_poll(poller, kLong, &records, &count));
    iocp4j_close_poller(poller);
    EXPECT_EQ(IOCP4J_POLLER_CLOSED, iocp4j_poll(poller, 0, &records, &count));
    EXPECT_TRUE(recorder.waitForEnd());
}

TEST(ProgramVersionTest, HeaderAndLibraryAreOfOneInterface) {
    EXPECT_EQ(IOCP4J_ABI, iocp4j_abi());
    EXPECT_STRNE("", iocp4j_version());
}

}  // namespace
}  // namespace iocp4j
