// An echo server on a TCP port that Windows chooses.

// mswsock.h requires winsock2.h.
// clang-format off
#include <winsock2.h>
#include <mswsock.h>
// clang-format on

#include "EchoServer.h"

namespace iocp4j::bench {

namespace {

constexpr int kListening = 64;

class SocketEcho final : public EchoServer {
public:
    SocketEcho(unsigned threads, bool completesInline) : EchoServer(threads, completesInline), listener_(listen()) {
        port().add(reinterpret_cast<HANDLE>(listener_), 0);
        serve(kListening);
    }

    ~SocketEcho() override { ::closesocket(listener_); }

    std::string address() const override {
        sockaddr_in bound{};
        int length = sizeof(bound);
        if (::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &length) != 0) {
            throw CallFailed{"getsockname"};
        }
        return std::to_string(ntohs(bound.sin_port));
    }

private:
    static constexpr DWORD kAddressSpace = sizeof(sockaddr_in) + 16;

    static SOCKET listen() {
        WSADATA data;
        if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) {
            throw CallFailed{"WSAStartup"};
        }
        const SOCKET listener = newSocket();
        sockaddr_in local{};
        local.sin_family = AF_INET;
        local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener, reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0 ||
            ::listen(listener, SOMAXCONN) != 0) {
            throw CallFailed{"listen"};
        }
        return listener;
    }

    static SOCKET newSocket() {
        const SOCKET socket = ::WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED);
        if (socket == INVALID_SOCKET) {
            throw CallFailed{"WSASocket"};
        }
        return socket;
    }

    static SOCKET socketOf(const Connection& connection) { return reinterpret_cast<SOCKET>(connection.handle); }

    void accept() override {
        auto connection = std::make_unique<Connection>();
        connection->handle = reinterpret_cast<HANDLE>(newSocket());
        DWORD received = 0;
        if (!::AcceptEx(listener_, socketOf(*connection), connection->memory.data(), 0, kAddressSpace, kAddressSpace,
                        &received, connection.get()) &&
            ::WSAGetLastError() != ERROR_IO_PENDING) {
            throw CallFailed{"AcceptEx"};
        }
        connection.release();  // owned by the operation until its packet
    }

    void introduce(Connection& connection) override {
        const SOCKET socket = socketOf(connection);
        const BOOL on = TRUE;
        if (::setsockopt(socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, reinterpret_cast<const char*>(&listener_),
                         sizeof(listener_)) != 0 ||
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&on), sizeof(on)) != 0) {
            throw CallFailed{"setsockopt"};
        }
        port().add(connection.handle, socket, completesInline());
    }

    Outcome read(Connection& connection) override {
        WSABUF buffer{static_cast<ULONG>(connection.memory.size()), connection.memory.data()};
        DWORD flags = 0;
        const int result = ::WSARecv(socketOf(connection), &buffer, 1, nullptr, &flags, &connection, nullptr);
        return outcome(result == 0, result == 0 ? 0 : ::WSAGetLastError(), WSA_IO_PENDING);
    }

    Outcome write(Connection& connection) override {
        WSABUF buffer{connection.bytes, connection.memory.data()};
        const int result = ::WSASend(socketOf(connection), &buffer, 1, nullptr, 0, &connection, nullptr);
        return outcome(result == 0, result == 0 ? 0 : ::WSAGetLastError(), WSA_IO_PENDING);
    }

    void close(HANDLE handle) override { ::closesocket(reinterpret_cast<SOCKET>(handle)); }

    const SOCKET listener_;
};

}  // namespace

std::unique_ptr<Workload> socketEcho(const Arguments& arguments) {
    return std::make_unique<SocketEcho>(arguments.threads, arguments.at(0) == "inline");
}

}  // namespace iocp4j::bench
