#pragma once

#include <windows.h>

#include <thread>

#include "Port.h"
#include "Workload.h"

namespace iocp4j::bench {

// Works for its clients on threads of its own, as long as the process lives.
class Server : public Workload {
public:
    // Nothing to do but wait: the clients count.
    Run run(std::chrono::milliseconds length) override {
        std::this_thread::sleep_for(length);
        return {0, std::chrono::duration<double>(length).count()};
    }

protected:
    explicit Server(unsigned threads) : threads_(threads) {}

    // Begins, with so many accepts waiting.
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

    // Makes a connection and lets it wait for its client.
    virtual void accept() = 0;
    // A packet of a client, or of one to come.
    virtual void take(const OVERLAPPED_ENTRY& entry) = 0;

    Port& port() noexcept { return port_; }

private:
    const unsigned threads_;
    Port port_;
};

}  // namespace iocp4j::bench
