#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "../../fixtures/PipeServers.h"
#include "../../fixtures/Turnstile.h"

namespace iocp4j {
namespace {

using namespace test;
using namespace std::chrono_literals;

NamedPipeServerSettings adaptive(std::uint32_t maxInstances = PIPE_UNLIMITED_INSTANCES) {
    NamedPipeServerSettings settings = newServer();
    settings.maxInstances = maxInstances;
    settings.adapt();
    return settings;
}

// The only worker is in the listener while clients take all waiting instances.
class NamedPipeServerBurstTest : public ::testing::Test {
protected:
    NamedPipeServerBurstTest() {
        recording_.onDelivery = [this](unsigned, auto records) {
            if (records.front().opcode == Opcode::kPost) {
                turnstile_.pass();
            }
        };
    }

    void takeAll(const TestPort& port, const NamedPipeServerSettings& settings) {
        EXPECT_TRUE(port->post(0, 0, 1));
        EXPECT_TRUE(turnstile_.waitForWaiting(1));
        for (std::uint32_t client = 0; client < settings.listening; ++client) {
            clients_.push_back(connectTo(settings.name));
        }
        EXPECT_EQ(INVALID_HANDLE_VALUE,
                  ::CreateFileW(settings.name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
        EXPECT_EQ(DWORD{ERROR_PIPE_BUSY}, ::GetLastError());
        turnstile_.open();
    }

    void connectOne(const NamedPipeServerSettings& settings) {
        clients_.push_back(connectTo(settings.name));
        EXPECT_TRUE(waitForAccepts(recording_, clients_.size()));
    }

    // The number of waiting instances of the only server. Not its shares: an accept has one until the listener returns.
    static std::uint32_t listeningOf(const TestPort& port) { return port->operations().inFlight(); }

    Turnstile turnstile_;
    Recording recording_;
    std::vector<win32::Handle> clients_;
};

TEST_F(NamedPipeServerBurstTest, KeepsFourWaiting) {
    const NamedPipeServerSettings settings = adaptive();
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    EXPECT_TRUE(waitForListening(port, server, 4));
    for (int client = 0; client < 8; ++client) {
        connectOne(settings);
        EXPECT_TRUE(waitForListening(port, server, 4)) << "one client after the other is no burst";
    }
}

TEST_F(NamedPipeServerBurstTest, GrowsWhenClientsHaveTakenAll) {
    const NamedPipeServerSettings settings = adaptive();
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(waitForListening(port, server, NamedPipeServerSettings::kBurst));
}

// An instance that is closed could be one to which a client has connected meanwhile.
TEST_F(NamedPipeServerBurstTest, ClientsUseUpTheSurplusWhenItIsQuiet) {
    const NamedPipeServerSettings settings = adaptive();
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(waitForListening(port, server, NamedPipeServerSettings::kBurst));

    std::uint32_t waiting = NamedPipeServerSettings::kBurst;
    for (int quiet = 0; quiet < 20 && waiting == NamedPipeServerSettings::kBurst; ++quiet) {
        std::this_thread::sleep_for(1s);
        connectOne(settings);
        waiting = listeningOf(port);
    }
    EXPECT_EQ(NamedPipeServerSettings::kBurst - 1, waiting) << "not replaced";
    while (waiting > settings.listening) {
        connectOne(settings);
        EXPECT_EQ(--waiting, listeningOf(port));
    }
    for (int more = 0; more < 4; ++more) {
        connectOne(settings);
        EXPECT_EQ(settings.listening, listeningOf(port));
    }
    for (const CompletionRecord& record : accepts(recording_)) {
        EXPECT_EQ(0u, record.status);
    }
    for (const win32::Handle& client : clients_) {
        EXPECT_TRUE(::PeekNamedPipe(client.get(), nullptr, 0, nullptr, nullptr, nullptr)) << "its server has gone";
    }
}

TEST_F(NamedPipeServerBurstTest, DoesNotGrowWhereTheStateOfAnInstanceIsUnknown) {
    NamedPipeServerSettings settings = adaptive();
    settings.direction = PipeDirection::kOutbound;
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    EXPECT_TRUE(port->post(0, 0, 1));
    EXPECT_TRUE(turnstile_.waitForWaiting(1));
    for (std::uint32_t client = 0; client < settings.listening; ++client) {
        clients_.emplace_back(
            ::CreateFileW(settings.name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
        EXPECT_TRUE(clients_.back());
    }
    turnstile_.open();
    EXPECT_TRUE(waitForAccepts(recording_, settings.listening));
    EXPECT_TRUE(waitForListening(port, server, settings.listening));
    EXPECT_EQ(settings.listening, port->operations().inFlight());
}

TEST_F(NamedPipeServerBurstTest, StaysWithinTheLimit) {
    const NamedPipeServerSettings settings = adaptive(7);
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(waitForListening(port, server, 3)) << "4 of 7 are connected";
    for (int client = 0; client < 3; ++client) {
        clients_.push_back(connectTo(settings.name));
    }
    EXPECT_TRUE(waitForAccepts(recording_, 7));
    EXPECT_EQ(INVALID_HANDLE_VALUE,
              ::CreateFileW(settings.name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
    clients_.clear();
}

TEST_F(NamedPipeServerBurstTest, LeavesOperationsForTheConnections) {
    const NamedPipeServerSettings settings = adaptive();
    TestPort port{recording_, portSettings(1, 100)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(waitForListening(port, server, 100 / 8));
}

TEST_F(NamedPipeServerBurstTest, FixedNumberStays) {
    const NamedPipeServerSettings settings = newServer(2);
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(waitForAccepts(recording_, 2));
    EXPECT_TRUE(waitForListening(port, server, 2));
}

TEST_F(NamedPipeServerBurstTest, CloseDuringABurstLeavesNothing) {
    const NamedPipeServerSettings settings = adaptive();
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(closed(server));
    for (const CompletionRecord& record : accepts(recording_)) {
        if (record.status == 0) {
            EXPECT_TRUE(closed(record.key));
        }
    }
    port.end();
}

// No client needs a second attempt.
TEST_F(NamedPipeServerBurstTest, TwoHundredGetInAtOnceAfterABurst) {
    constexpr unsigned kClients = 200;
    const NamedPipeServerSettings settings = adaptive();
    TestPort port{recording_, portSettings(1, 4'096)};
    const Device::Key server = openAndListen(port, settings);
    takeAll(port, settings);
    EXPECT_TRUE(waitForListening(port, server, NamedPipeServerSettings::kBurst));
    for (unsigned number = 0; number < kClients; ++number) {
        clients_.emplace_back(
            ::CreateFileW(settings.name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr));
        EXPECT_TRUE(clients_.back()) << number;
    }
    EXPECT_TRUE(waitForAccepts(recording_, settings.listening + kClients));
}

}  // namespace
}  // namespace iocp4j
