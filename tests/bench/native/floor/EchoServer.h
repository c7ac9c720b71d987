#pragma once

#include <windows.h>

#include <array>
#include <thread>

#include "Port.h"
#include "Workload.h"

namespace iocp4j::bench {

// Sends back to each client what it sends. What kind of connection it is, the derived class knows.
class EchoServer : public Workload {
public:
    // Nothing to do but wait: the clients count.
    Run run(std::chrono::milliseconds length) override {
        std::this_thread::sleep_for(length);
        return {0, std::chrono::duration<double>(length).count()};
    }

protected:
    enum class Step { kAccept, kRead, kWrite };
    enum class Outcome { kPacketFollows, kDone, kFailed };

    // One client, or the place for one. Either an accept, a read or a write is in flight.
    struct Connection : OVERLAPPED {
        HANDLE handle = nullptr;
        Step step = Step::kAccept;
        DWORD bytes = 0;
        std::array<char, 8192> memory{};
    };

    EchoServer(unsigned threads, bool completesInline) : threads_(threads), completesInline_(completesInline) {}

    // Begins, with so many accepts waiting.
    void serve(int listening) {
        for (int i = 0; i < listening; ++i) {
            accept();
        }
        std::thread{[this] {
            port_.serve(threads_, [this](const OVERLAPPED_ENTRY& entry) { return take(entry); });
        }}.detach();
    }

    // Makes a connection and lets it wait for its client.
    virtual void accept() = 0;
    // A client is there.
    virtual void introduce(Connection& connection) = 0;
    virtual Outcome read(Connection& connection) = 0;
    // Sends what has been read.
    virtual Outcome write(Connection& connection) = 0;
    virtual void close(HANDLE handle) = 0;

    // What the result of a call means, when `pending` is the error that says that a packet will come.
    Outcome outcome(bool succeeded, int error, int pending) const noexcept {
        if (succeeded) {
            return completesInline_ ? Outcome::kDone : Outcome::kPacketFollows;
        }
        return error == pending ? Outcome::kPacketFollows : Outcome::kFailed;
    }

    bool completesInline() const noexcept { return completesInline_; }
    Port& port() noexcept { return port_; }

private:
    // A packet of a client, or of one to come.
    bool take(const OVERLAPPED_ENTRY& entry);
    // Takes the step after the one that is done, and all that follow at once.
    void goOn(Connection& connection);

    const unsigned threads_;
    const bool completesInline_;
    Port port_;
};

}  // namespace iocp4j::bench
