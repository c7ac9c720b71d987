// Clients of a syelog daemon. They write as fast as it reads, because a pipe buffers little, or at a steady rate. All
// contestants have the same clients, which use as little processor time as possible.

#include <algorithm>
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

// A message with an identifier and a line end, as clients send it.
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

    // Each client writes again when its write has completed.
    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        Latencies latencies;
        for (Client& client : clients_) {
            proceed(client, time, latencies);
        }
        if (writing_ > 0) {
            port_.serve(1, [&](const OVERLAPPED_ENTRY& entry) {
                proceed(written(entry, latencies), time, latencies);
                return writing_ > 0;
            });
        }
        return ended(time, std::move(latencies));
    }

    // The clients write in turn, each message when it is due or when the client's previous write has completed.
    // Timetable.java explains why the latency counts from the due time.
    Run offer(std::chrono::milliseconds length, double perSecond) override {
        const Pacer pacer;
        const Stopwatch time{length};
        const std::chrono::duration<double> interval{1 / perSecond};
        const auto messages = std::max(static_cast<std::size_t>(length / interval), std::size_t{1});
        Latencies latencies;
        const Pacer::Clock::time_point start = Pacer::Clock::now();
        for (std::size_t message = 0; message < messages; ++message) {
            Client& client = clients_[message % clients_.size()];
            const auto due =
                start + std::chrono::duration_cast<Pacer::Clock::duration>(interval * static_cast<double>(message));
            pacer.sleepUntil(due);
            if (write(client, due)) {
                latencies.push_back(Pacer::Clock::now() - due);
                continue;
            }
            port_.serve(1, [&](const OVERLAPPED_ENTRY& entry) {
                written(entry, latencies);
                return false;
            });
        }
        return ended(time, std::move(latencies));
    }

private:
    struct Client : OVERLAPPED {
        HANDLE pipe;
        test::SyelogMessage message;
        Pacer::Clock::time_point began;  // when the write was due
    };
    // Of each write, which waits while the pipe is full.
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

    // Writes until a write is pending or the run ends.
    void proceed(Client& client, const Stopwatch& time, Latencies& latencies) {
        while (!time.isOver()) {
            const auto begin = Pacer::Clock::now();
            if (!write(client, begin)) {
                return;
            }
            latencies.push_back(Pacer::Clock::now() - begin);
        }
    }

    // Returns true if the write has completed inline; otherwise a packet follows.
    bool write(Client& client, Pacer::Clock::time_point due) {
        static_cast<OVERLAPPED&>(client) = OVERLAPPED{};
        client.began = due;
        ::GetSystemTimeAsFileTime(&client.message.occurrence);
        if (::WriteFile(client.pipe, &client.message, kLength, nullptr, &client)) {
            return true;
        }
        if (::GetLastError() != ERROR_IO_PENDING) {
            throw CallFailed{"WriteFile"};
        }
        ++writing_;
        return false;
    }

    Client& written(const OVERLAPPED_ENTRY& entry, Latencies& latencies) {
        if (hasFailed(entry)) {
            throw CallFailed{"The daemon has ended a connection"};
        }
        --writing_;
        auto& client = *static_cast<Client*>(entry.lpOverlapped);
        latencies.push_back(Pacer::Clock::now() - client.began);
        return client;
    }

    // When the daemon has read all of it.
    Run ended(const Stopwatch& time, Latencies latencies) {
        for (const Client& client : clients_) {
            if (!::FlushFileBuffers(client.pipe)) {
                throw CallFailed{"FlushFileBuffers"};
            }
        }
        Run run = time.stop(latencies.size());
        run.latencies = std::move(latencies);
        return run;
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
