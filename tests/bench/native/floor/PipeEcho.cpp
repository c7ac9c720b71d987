// An echo server on a named pipe.

#include "EchoServer.h"

namespace iocp4j::bench {

namespace {

constexpr int kListening = 4;
constexpr DWORD kPipeBuffer = 65'536;

class PipeEcho final : public EchoServer {
public:
    PipeEcho(unsigned threads, const std::string& name, bool completesInline)
        : EchoServer(threads, completesInline), path_(R"(\\.\pipe\)" + name), name_(name) {
        serve(kListening);
    }

    std::string address() const override { return name_; }

private:
    void accept() override {
        auto connection = std::make_unique<Connection>();
        connection->handle = ::CreateNamedPipeA(path_.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                                PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES,
                                                kPipeBuffer, kPipeBuffer, 0, nullptr);
        if (connection->handle == INVALID_HANDLE_VALUE) {
            throw CallFailed{"CreateNamedPipe"};
        }
        port().add(connection->handle, 0, completesInline());
        const BOOL connected = ::ConnectNamedPipe(connection->handle, connection.get());
        const DWORD error = ::GetLastError();
        if (!connected && error == ERROR_PIPE_CONNECTED) {
            // No packet will tell of this one, and its client is there: it is as if it had.
            connection->Internal = 0;
            port().post(0, connection.get());
        } else if (!connected && error != ERROR_IO_PENDING) {
            throw CallFailed{"ConnectNamedPipe"};
        }
        connection.release();  // the packet brings it back
    }

    void introduce(Connection&) override {}

    Outcome read(Connection& connection) override {
        const BOOL succeeded = ::ReadFile(connection.handle, connection.memory.data(),
                                          static_cast<DWORD>(connection.memory.size()), nullptr, &connection);
        return outcome(succeeded, static_cast<int>(::GetLastError()), ERROR_IO_PENDING);
    }

    Outcome write(Connection& connection) override {
        const BOOL succeeded =
            ::WriteFile(connection.handle, connection.memory.data(), connection.bytes, nullptr, &connection);
        return outcome(succeeded, static_cast<int>(::GetLastError()), ERROR_IO_PENDING);
    }

    void close(HANDLE handle) override { ::CloseHandle(handle); }

    const std::string path_;
    const std::string name_;
};

}  // namespace

std::unique_ptr<Workload> pipeEcho(const Arguments& arguments) {
    return std::make_unique<PipeEcho>(arguments.threads, arguments.at(0), arguments.at(1) == "inline");
}

}  // namespace iocp4j::bench
