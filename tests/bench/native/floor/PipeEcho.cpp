// An echo server on a named pipe.

#include "EchoServer.h"
#include "Pipes.h"

namespace iocp4j::bench {

namespace {

constexpr int kListening = 4;
constexpr DWORD kPipeBuffer = 65'536;

class PipeEcho final : public EchoServer {
public:
    PipeEcho(unsigned threads, const std::string& name, bool completesInline)
        : EchoServer(threads, completesInline), name_(name) {
        serve(kListening);
    }

    std::string address() const override { return name_; }

private:
    void accept() override {
        auto connection = std::make_unique<Connection>();
        connection->handle = createPipe(name_, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, kPipeBuffer, kPipeBuffer);
        port().add(connection->handle, 0, completesInline());
        awaitClient(port(), connection->handle, *connection);
        connection.release();  // owned by the operation until its packet
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

    const std::string name_;
};

}  // namespace

std::unique_ptr<Workload> pipeEcho(const Arguments& arguments) {
    return std::make_unique<PipeEcho>(arguments.threads, arguments.at(0), arguments.at(1) == "inline");
}

}  // namespace iocp4j::bench
