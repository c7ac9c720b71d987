// Clients of an echo server on a named pipe. All contestants have the same clients, which use as little processor time
// as possible.

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "Pacer.h"
#include "Pipes.h"
#include "Port.h"
#include "Stopwatch.h"
#include "Workload.h"

namespace iocp4j::bench {

namespace {

class PipeClients final : public Workload {
public:
    PipeClients(const std::string& name, std::size_t clients, DWORD length) : clients_(clients) {
        for (Client& client : clients_) {
            client.memory.resize(length);
            client.pipe = connectTo(name, GENERIC_READ | GENERIC_WRITE);
            port_.add(client.pipe, 0, true);
        }
    }

    ~PipeClients() override {
        for (const Client& client : clients_) {
            ::CloseHandle(client.pipe);
        }
    }

    // Each client starts its next round when one has ended.
    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        std::vector<std::chrono::nanoseconds> latencies;
        const auto next = [&](Client& client) {
            const auto now = Pacer::Clock::now();
            latencies.push_back(now - std::exchange(client.began, now));
            return !time.isOver();
        };
        std::size_t left = clients_.size();
        for (Client& client : clients_) {
            client.began = Pacer::Clock::now();
            if (!proceed(client, next)) {
                --left;
            }
        }
        if (left > 0) {
            port_.serve(1, [&](const OVERLAPPED_ENTRY& entry) { return resume(entry, next) || --left > 0; });
        }
        Run run = time.stop(latencies.size());
        run.latencies = std::move(latencies);
        return run;
    }

    // The clients start their rounds in turn, each when it is due or when the client's previous round has ended.
    // Timetable.java explains why the latency counts from the due time.
    Run offer(std::chrono::milliseconds length, double perSecond) override {
        const Pacer pacer;
        const Stopwatch time{length};
        const std::chrono::duration<double> interval{1 / perSecond};
        const auto requests = std::max(static_cast<std::uint64_t>(length / interval), std::uint64_t{1});
        const Pacer::Clock::time_point start = Pacer::Clock::now();
        const auto due = [&](std::uint64_t request) {
            return start + std::chrono::duration_cast<Pacer::Clock::duration>(interval * static_cast<double>(request));
        };

        std::vector<Appointments> appointments(clients_.size());
        std::atomic<std::uint64_t> left = requests;
        const auto next = [&](const Client& client) {
            const auto index = static_cast<std::size_t>(&client - clients_.data());
            Appointments& own = appointments[index];
            const std::uint64_t request = index + own.latencies.size() * clients_.size();
            own.latencies.push_back(
                std::chrono::duration_cast<std::chrono::nanoseconds>(Pacer::Clock::now() - due(request)));
            if (--left == 0) {
                port_.post(0);
            }
            return --own.owed > 0;
        };
        std::jthread receiver{[&] {
            port_.serve(1, [&](const OVERLAPPED_ENTRY& entry) {
                if (entry.lpOverlapped == nullptr) {
                    return false;
                }
                resume(entry, next);
                return true;
            });
        }};
        try {
            for (std::uint64_t request = 0; request < requests; ++request) {
                pacer.sleepUntil(due(request));
                const std::size_t index = request % clients_.size();
                // The thread that raises the count from 0 starts the client, which is busy until the count is 0 again.
                if (appointments[index].owed++ == 0) {
                    proceed(clients_[index], next);
                }
            }
        } catch (const CallFailed&) {
            port_.post(0);
            throw;
        }
        receiver.join();
        Run run = time.stop(requests);
        for (const Appointments& own : appointments) {
            run.latencies.insert(run.latencies.end(), own.latencies.begin(), own.latencies.end());
        }
        return run;
    }

private:
    struct Client : OVERLAPPED {
        HANDLE pipe;
        std::vector<char> memory;
        DWORD heard;  // bytes of the answer
        bool reads;
        Pacer::Clock::time_point began;  // the round, unless rounds are offered
    };

    // A client's rounds at a steady rate.
    struct Appointments {
        std::atomic<std::uint64_t> owed = 0;  // due and not ended
        std::vector<std::chrono::nanoseconds> latencies;
    };

    // Continues the client of a packet.
    template <typename Next>
    bool resume(const OVERLAPPED_ENTRY& entry, const Next& next) {
        if (bytesOf(entry) == 0) {
            throw CallFailed{"The server has ended a connection"};
        }
        auto& client = *static_cast<Client*>(entry.lpOverlapped);
        return take(client, bytesOf(entry), next) && proceed(client, next);
    }

    // Makes calls until one is pending, or until `next` returns false at the end of a round. Returns true if a packet
    // follows.
    template <typename Next>
    bool proceed(Client& client, const Next& next) {
        do {
            static_cast<OVERLAPPED&>(client) = OVERLAPPED{};
            if (!start(client)) {
                if (::GetLastError() != ERROR_IO_PENDING) {
                    throw CallFailed{client.reads ? "ReadFile" : "WriteFile"};
                }
                return true;
            }
        } while (take(client, static_cast<DWORD>(client.InternalHigh), next));
        return false;
    }

    // Returns true if the client has more to do.
    template <typename Next>
    static bool take(Client& client, DWORD bytes, const Next& next) {
        if (!client.reads) {
            client.reads = true;
            return true;
        }
        client.heard += bytes;
        if (client.heard < client.memory.size()) {
            return true;
        }
        // Before `next`, because another thread may then start the client's next round.
        client.reads = false;
        client.heard = 0;
        return next(client);
    }

    static BOOL start(Client& client) {
        const auto length = static_cast<DWORD>(client.memory.size());
        return client.reads ? ::ReadFile(client.pipe, client.memory.data() + client.heard, length - client.heard,
                                         nullptr, &client)
                            : ::WriteFile(client.pipe, client.memory.data(), length, nullptr, &client);
    }

    Port port_;
    std::vector<Client> clients_;
};

}  // namespace

std::unique_ptr<Workload> pipeClients(const Arguments& arguments) {
    return std::make_unique<PipeClients>(arguments.at(0), std::stoul(arguments.at(1)),
                                         static_cast<DWORD>(std::stoul(arguments.at(2))));
}

}  // namespace iocp4j::bench
