#pragma once

#include <windows.h>

#include <array>

#include "Server.h"

namespace iocp4j::bench {

// Sends back to each client what it sends. The derived class makes the calls for one kind of connection.
class EchoServer : public Server {
protected:
    enum class Step { kAccept, kRead, kWrite };
    enum class Outcome { kPacketFollows, kDone, kFailed };

    // One client, or an instance that waits for one. One accept, read or write is in flight.
    struct Connection : OVERLAPPED {
        HANDLE handle = nullptr;
        Step step = Step::kAccept;
        DWORD bytes = 0;
        std::array<char, 8192> memory{};
    };

    EchoServer(unsigned threads, bool completesInline) : Server(threads), completesInline_(completesInline) {}

    // A client has connected.
    virtual void introduce(Connection& connection) = 0;
    virtual Outcome read(Connection& connection) = 0;
    // Sends what has been read.
    virtual Outcome write(Connection& connection) = 0;
    virtual void close(HANDLE handle) = 0;

    // What the result of a call means. `pending` is the error of a call whose packet follows.
    Outcome outcome(bool succeeded, int error, int pending) const noexcept {
        if (succeeded) {
            return completesInline_ ? Outcome::kDone : Outcome::kPacketFollows;
        }
        return error == pending ? Outcome::kPacketFollows : Outcome::kFailed;
    }

    bool completesInline() const noexcept { return completesInline_; }

private:
    void take(const OVERLAPPED_ENTRY& entry) override;
    // Takes the next step, and further ones while calls complete inline.
    void goOn(Connection& connection);

    const bool completesInline_;
};

}  // namespace iocp4j::bench
