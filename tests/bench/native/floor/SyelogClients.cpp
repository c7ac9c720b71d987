// Clients of a syelog daemon, which write as fast as it reads: a pipe holds only so much. The load for all contestants,
// and so as cheap as it can be made.

#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "Pacer.h"
#include "Pipes.h"
#include "Port.h"
#include "Stopwatch.h"
#include "Workload.h"
#include "fixtures/SyelogMessage.h"

namespace iocp4j::bench {

namespace {

// With an identifier and a line end, as clients send it.
constexpr std::string_view kText = "bench: a message of the length that lines of a log mostly have, or so\n";

class SyelogClients final : public Workload {
public:
    SyelogClients(const std::string& name, std::size_t clients) : clients_(clients) {
        for (Client& client : clients_) {
            client.message = compose();
            client.pipe = connectTo(name, GENERIC_WRITE);
            DWORD mode = PIPE_READMODE_MESSAGE;
            if (!::SetNamedPipeHandleState(client.pipe, &mode, nullptr, nullptr)) {
                throw CallFailed{"SetNamedPipeHandleState"};
            }
            port_.add(client.pipe, 0, true);
        }
    }

    ~SyelogClients() override {
        for (const Client& client : clients_) {
            ::CloseHandle(client.pipe);
        }
    }

    // Ends when the daemon has read all of it.
    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        Latencies latencies;
        for (Client& client : clients_) {
            proceed(client, time, latencies);
        }
        if (writing_ > 0) {
            port_.serve(1, [&](const OVERLAPPED_ENTRY& entry) {
                if (hasFailed(entry)) {
                    throw CallFailed{"The daemon has ended a connection"};
                }
                --writing_;
                auto& client = *static_cast<Client*>(entry.lpOverlapped);
                latencies.push_back(Pacer::Clock::now() - client.began);
                proceed(client, time, latencies);
                return writing_ > 0;
            });
        }
        for (const Client& client : clients_) {
            if (!::FlushFileBuffers(client.pipe)) {
                throw CallFailed{"FlushFileBuffers"};
            }
        }
        Run run = time.stop(latencies.size());
        run.latencies = std::move(latencies);
        return run;
    }

private:
    struct Client : OVERLAPPED {
        HANDLE pipe;
        test::SyelogMessage message;
        Pacer::Clock::time_point began;  // the write
    };
    // How long each write has taken: the client waits while the pipe is full.
    using Latencies = std::vector<std::chrono::nanoseconds>;

    static test::SyelogMessage compose() {
        test::SyelogMessage message{};
        message.bytes = kLength;
        message.facility = 0x50;
        message.severity = 0x60;
        message.processId = ::GetCurrentProcessId();
        std::memcpy(message.text, kText.data(), kText.size());
        return message;
    }

    // Writes until something takes time or the run is over.
    void proceed(Client& client, const Stopwatch& time, Latencies& latencies) {
        while (!time.isOver()) {
            static_cast<OVERLAPPED&>(client) = OVERLAPPED{};
            client.began = Pacer::Clock::now();
            ::GetSystemTimeAsFileTime(&client.message.occurrence);
            if (!::WriteFile(client.pipe, &client.message, kLength, nullptr, &client)) {
                if (::GetLastError() != ERROR_IO_PENDING) {
                    throw CallFailed{"WriteFile"};
                }
                ++writing_;
                return;
            }
            latencies.push_back(Pacer::Clock::now() - client.began);
        }
    }

    // With a NUL.
    static constexpr std::uint16_t kLength = static_cast<std::uint16_t>(test::kSyelogHeader + kText.size() + 1);

    Port port_;
    std::vector<Client> clients_;
    std::size_t writing_ = 0;
};

}  // namespace

std::unique_ptr<Workload> syelogClients(const Arguments& arguments) {
    return std::make_unique<SyelogClients>(arguments.at(0), std::stoul(arguments.at(1)));
}

}  // namespace iocp4j::bench
