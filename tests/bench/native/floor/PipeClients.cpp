// Clients of an echo server on a named pipe: the load for all contestants, and so as cheap as it can be made.

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

    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        std::uint64_t operations = 0;
        for (Client& client : clients_) {
            begin(client);
            proceed(client, time, operations);
        }
        port_.serve(1, [&](const OVERLAPPED_ENTRY& entry) {
            if (bytesOf(entry) == 0) {
                throw CallFailed{"The server has ended a connection"};
            }
            auto& client = *static_cast<Client*>(entry.lpOverlapped);
            --talking_;
            if (!take(client, bytesOf(entry), time, operations)) {
                proceed(client, time, operations);
            }
            return talking_ > 0;
        });
        return time.stop(operations);
    }

private:
    struct Client : OVERLAPPED {
        HANDLE pipe;
        std::vector<char> memory;
        DWORD heard;  // of the answer
        bool reads;
    };

    // Begins a round.
    void begin(Client& client) {
        client.reads = false;
        client.heard = 0;
    }

    // Answers whether the client is done with what it was at, and with its last round.
    bool take(Client& client, DWORD bytes, const Stopwatch& time, std::uint64_t& operations) {
        if (!client.reads) {
            client.reads = true;
            return false;
        }
        client.heard += bytes;
        if (client.heard < client.memory.size()) {
            return false;
        }
        ++operations;
        begin(client);
        return time.isOver();
    }

    // Starts what comes next, until something takes time or the run is over.
    void proceed(Client& client, const Stopwatch& time, std::uint64_t& operations) {
        do {
            static_cast<OVERLAPPED&>(client) = OVERLAPPED{};
            if (!start(client)) {
                if (::GetLastError() != ERROR_IO_PENDING) {
                    throw CallFailed{client.reads ? "ReadFile" : "WriteFile"};
                }
                ++talking_;
                return;
            }
        } while (!take(client, static_cast<DWORD>(client.InternalHigh), time, operations));
    }

    static BOOL start(Client& client) {
        const auto length = static_cast<DWORD>(client.memory.size());
        return client.reads ? ::ReadFile(client.pipe, client.memory.data() + client.heard, length - client.heard,
                                         nullptr, &client)
                            : ::WriteFile(client.pipe, client.memory.data(), length, nullptr, &client);
    }

    Port port_;
    std::vector<Client> clients_;
    std::size_t talking_ = 0;
};

}  // namespace

std::unique_ptr<Workload> pipeClients(const Arguments& arguments) {
    return std::make_unique<PipeClients>(arguments.at(0), std::stoul(arguments.at(1)),
                                         static_cast<DWORD>(std::stoul(arguments.at(2))));
}

}  // namespace iocp4j::bench
