#pragma once

#include <windows.h>

#include <thread>

#include "Port.h"
#include "Workload.h"

namespace iocp4j::bench {

// Serves its clients on threads of its own until the process ends.
class Server : public Workload {
public:
    // Only waits, because the clients count the operations.
    Run run(std::chrono::milliseconds length) override {
        std::this_thread::sleep_for(length);
        return {0, std::chrono::duration<double>(length).count()};
    }

protected:
    explicit Server(unsigned threads) : threads_(threads) {}

    // Starts to serve, with `listening` accepts in flight.
    void serve(int listening) {
        for (int i = 0; i < listening; ++i) {
            accept();
        }
        std::thread{[this] {
            port_.serve(threads_, [this](const OVERLAPPED_ENTRY& entry) {
                take(entry);
                return true;
            });
        }}.detach();
    }

    // Starts to wait for one client.
    virtual void accept() = 0;
    // Handles a packet of a connection or of an accept.
    virtual void take(const OVERLAPPED_ENTRY& entry) = 0;

    Port& port() noexcept { return port_; }

private:
    const unsigned threads_;
    Port port_;
};

}  // namespace iocp4j::bench
