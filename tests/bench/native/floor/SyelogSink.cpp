// A daemon for syelog clients, which writes each message as a line of a file. Its pipe has the default settings of
// iocp4j's syelogd.

#include "LogFile.h"
#include "LogLine.h"
#include "Pipes.h"
#include "Server.h"
#include "fixtures/SyelogMessage.h"

namespace iocp4j::bench {

namespace {

constexpr int kListening = 16;
constexpr DWORD kPipeBuffer = 65'536;

class SyelogSink final : public Server {
public:
    SyelogSink(unsigned threads, const std::string& name, const std::string& log)
        : Server(threads), name_(name), log_(log) {
        serve(kListening);
    }

    std::string address() const override { return name_; }

private:
    // One client, or an instance that waits for one. One accept or read is in flight.
    struct Connection : OVERLAPPED {
        HANDLE pipe = nullptr;
        bool connected = false;
        test::SyelogMessage message;
    };

    void accept() override {
        auto connection = std::make_unique<Connection>();
        connection->pipe =
            createPipe(name_, PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, kPipeBuffer, 0);
        port().add(connection->pipe, 0);
        awaitClient(port(), connection->pipe, *connection);
        connection.release();  // owned by the operation until its packet
    }

    void take(const OVERLAPPED_ENTRY& entry) override {
        auto& connection = *static_cast<Connection*>(entry.lpOverlapped);
        if (hasFailed(entry)) {
            end(connection);
            return;
        }
        if (connection.connected) {
            thread_local LogLine line;
            log_.append(line.of(connection.message, bytesOf(entry)));
        } else {
            connection.connected = true;
            accept();
        }
        read(connection);
    }

    void read(Connection& connection) {
        static_cast<OVERLAPPED&>(connection) = OVERLAPPED{};
        if (!::ReadFile(connection.pipe, &connection.message, sizeof(connection.message), nullptr, &connection) &&
            ::GetLastError() != ERROR_IO_PENDING) {
            end(connection);
        }
    }

    static void end(Connection& connection) {
        ::CloseHandle(connection.pipe);
        delete &connection;
    }

    const std::string name_;
    LogFile log_;
};

}  // namespace

std::unique_ptr<Workload> syelogSink(const Arguments& arguments) {
    return std::make_unique<SyelogSink>(arguments.threads, arguments.at(0), arguments.at(1));
}

}  // namespace iocp4j::bench
