// An echo server on a named pipe, and several clients that talk to it and check what they hear.
#include <iocp4j.h>
#include <windows.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <unordered_map>

namespace {

constexpr unsigned kClients = 4;
constexpr std::uint32_t kMessages = 50;
constexpr std::uint64_t kEcho = kClients;  // the token of the server's ends; those of the clients' are their numbers

struct Message {
    std::uint64_t client;
    std::uint32_t number;
};

// One end of a connection, with one operation in flight.
struct End {
    iocp4j_key pipe;
    Message message;
    std::uint32_t said;
};

class Talk {
public:
    ~Talk() { ::CloseHandle(done_); }

    iocp4j_error run() {
        iocp4j_port_settings port{};
        port.size = sizeof(port);
        port.listener = [](void* talk, const iocp4j_record* records, std::uint32_t count) {
            for (const iocp4j_record* record = records; record != records + count; ++record) {
                static_cast<Talk*>(talk)->onCompletion(*record);
            }
        };
        port.context = this;
        if (const iocp4j_error error = iocp4j_open_port(&port, &port_)) {
            return error;
        }
        const iocp4j_error error = talk();
        iocp4j_close_port(port_, IOCP4J_FOREVER);
        return error != 0 ? error : failure_.load();
    }

private:
    iocp4j_error talk() {
        const std::wstring name = L"\\\\.\\pipe\\talk-" + std::to_wstring(::GetCurrentProcessId());
        iocp4j_pipe_server_settings settings{};
        settings.size = sizeof(settings);
        settings.messages = 1;
        settings.name = name.c_str();
        iocp4j_key server = 0;
        if (const iocp4j_error error = iocp4j_serve_pipe(port_, &settings, &server)) {
            return error;
        }
        for (unsigned client = 0; client < kClients; ++client) {
            if (const iocp4j_error error =
                    iocp4j_connect_pipe(port_, name.c_str(), 1, 10'000, &clients_[client].pipe)) {
                return error;
            }
        }
        for (unsigned client = 0; client < kClients; ++client) {
            say(client);
        }
        return ::WaitForSingleObject(done_, 60'000) == WAIT_OBJECT_0 ? 0 : WAIT_TIMEOUT;
    }

    void onCompletion(const iocp4j_record& record) {
        if (record.opcode == IOCP4J_ACCEPT) {
            if (record.status == 0) {
                End& echo = echoOf(record.key);
                echo.pipe = record.key;
                check(read(echo, kEcho));
            }
        } else if (record.token == kEcho) {
            onEcho(record);
        } else if (record.status != 0) {
            check(record.status);
        } else {
            onClient(static_cast<unsigned>(record.token), record);
        }
    }

    void onEcho(const iocp4j_record& record) {
        if (record.status != 0) {
            iocp4j_close(record.key, 0);  // the client has gone
        } else if (record.opcode == IOCP4J_READ) {
            check(write(echoOf(record.key), record.bytes, kEcho));
        } else {
            (void)read(echoOf(record.key), kEcho);  // refused when the client has gone
        }
    }

    void onClient(unsigned number, const iocp4j_record& record) {
        End& client = clients_[number];
        if (record.opcode == IOCP4J_WRITE) {
            client.message = {};
            check(read(client, number));
        } else if (record.bytes != sizeof(Message) || client.message.client != number ||
                   client.message.number != client.said) {
            check(ERROR_INVALID_DATA);
        } else if (++client.said < kMessages) {
            say(number);
        } else if (++finished_ == kClients) {
            ::SetEvent(done_);
        }
    }

    void say(unsigned number) {
        clients_[number].message = {number, clients_[number].said};
        check(write(clients_[number], sizeof(Message), number));
    }

    static iocp4j_error read(End& end, std::uint64_t token) {
        return iocp4j_read(end.pipe, &end.message, sizeof(Message), 0, token, IOCP4J_FOREVER, nullptr);
    }

    static iocp4j_error write(End& end, std::uint32_t length, std::uint64_t token) {
        return iocp4j_write(end.pipe, &end.message, length, 0, token, IOCP4J_FOREVER, nullptr);
    }

    void check(iocp4j_error error) {
        if (error != 0) {
            failure_ = error;
            ::SetEvent(done_);
        }
    }

    End& echoOf(iocp4j_key pipe) {
        const std::lock_guard lock{mutex_};
        return echoes_[pipe];
    }

    iocp4j_key port_ = 0;
    End clients_[kClients] = {};
    std::mutex mutex_;
    std::unordered_map<iocp4j_key, End> echoes_;
    std::atomic<unsigned> finished_ = 0;
    std::atomic<iocp4j_error> failure_ = 0;
    const HANDLE done_ = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
};

}  // namespace

int main() {
    if (iocp4j_abi() != IOCP4J_ABI) {
        std::printf("iocp4j.dll is %s, of interface %u; this program wants %u\n", iocp4j_version(), iocp4j_abi(),
                    IOCP4J_ABI);
        return 1;
    }
    if (const iocp4j_error error = Talk{}.run()) {
        std::printf("failed: %lu\n", static_cast<unsigned long>(error));
        return 1;
    }
    std::printf("ok: %u messages came back\n", kClients * kMessages);
    return 0;
}
