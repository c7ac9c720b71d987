// An echo server on a named pipe, and several clients that talk to it and check what they hear.
#include <windows.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <future>
#include <iocp4j.hpp>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace {

constexpr std::uint64_t kClients = 4;
constexpr std::uint32_t kMessages = 50;
constexpr std::uint64_t kEcho = kClients;  // the token of the server's ends; those of the clients' are their numbers

struct Message {
    std::uint64_t client;
    std::uint32_t number;
};

// One end of a connection, with one operation in flight.
struct End {
    iocp4j::Device pipe;
    Message message{};
    std::uint32_t said = 0;

    void read(std::uint64_t token) { pipe.read(&message, sizeof(message), token); }
    void write(std::uint32_t length, std::uint64_t token) { pipe.write(&message, length, token); }
};

class Talk {
public:
    void run() {
        const std::wstring name = L"\\\\.\\pipe\\talk-" + std::to_wstring(::GetCurrentProcessId());
        iocp4j::PipeServerSettings settings;
        settings.messages = 1;
        settings.name = name.c_str();
        const iocp4j::Device server = port_.servePipe(settings);
        for (End& client : clients_) {
            client.pipe = port_.connectPipe(name.c_str(), true, std::chrono::seconds{10});
        }
        for (std::uint64_t client = 0; client < kClients; ++client) {
            say(client);
        }
        std::future<void> end = end_.get_future();
        if (end.wait_for(std::chrono::minutes{1}) != std::future_status::ready) {
            throw std::runtime_error{"it has not ended"};
        }
        end.get();
    }

private:
    void take(iocp4j::Completions batch) noexcept {
        for (const iocp4j::Completion& completion : batch) {
            try {
                take(completion);
            } catch (...) {
                finish([&] { end_.set_exception(std::current_exception()); });
            }
        }
    }

    void take(const iocp4j::Completion& completion) {
        if (completion.opcode == IOCP4J_ACCEPT) {
            if (completion.status == 0) {
                End& echo = echoOf(completion.key);
                echo.pipe = iocp4j::Device{completion.key};
                echo.read(kEcho);
            }
        } else if (completion.token == kEcho) {
            onEcho(completion);
        } else {
            iocp4j::require(completion.status, "client");
            onClient(completion);
        }
    }

    void onEcho(const iocp4j::Completion& completion) {
        End& echo = echoOf(completion.key);
        if (completion.status != 0) {
            echo.pipe.close();  // the client has gone
        } else if (completion.opcode == IOCP4J_READ) {
            echo.write(completion.bytes, kEcho);
        } else {
            echo.read(kEcho);
        }
    }

    void onClient(const iocp4j::Completion& completion) {
        const std::uint64_t number = completion.token;
        End& client = clients_[number];
        if (completion.opcode == IOCP4J_WRITE) {
            client.message = {};
            client.read(number);
        } else if (completion.bytes != sizeof(Message) || client.message.client != number ||
                   client.message.number != client.said) {
            throw std::runtime_error{"another message has come back"};
        } else if (++client.said < kMessages) {
            say(number);
        } else if (++finished_ == kClients) {
            finish([&] { end_.set_value(); });
        }
    }

    void say(std::uint64_t number) {
        clients_[number].message = {number, clients_[number].said};
        clients_[number].write(sizeof(Message), number);
    }

    template <class How>
    void finish(How&& how) {
        if (!ended_.exchange(true)) {
            how();
        }
    }

    End& echoOf(iocp4j_key pipe) {
        const std::lock_guard lock{mutex_};
        return echoes_[pipe];
    }

    End clients_[kClients];
    std::mutex mutex_;
    std::unordered_map<iocp4j_key, End> echoes_;
    std::atomic<std::uint64_t> finished_ = 0;
    std::atomic<bool> ended_ = false;
    std::promise<void> end_;
    // The last member, so that it ends first: its completions use the others.
    iocp4j::CompletionPort port_{[this](iocp4j::Completions batch) { take(batch); }};
};

}  // namespace

int main() {
    try {
        Talk{}.run();
    } catch (const std::exception& failure) {
        std::printf("failed: %s\n", failure.what());
        return 1;
    }
    std::printf("ok: %u messages came back\n", static_cast<unsigned>(kClients * kMessages));
    return 0;
}
