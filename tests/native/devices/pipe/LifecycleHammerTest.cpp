// All operations at once for a number of rounds, after which nothing may be left.

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "../../fixtures/Census.h"
#include "../../fixtures/Concurrently.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeClient.h"
#include "devices/pipe/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

// Counts accepted and completed operations.
struct Ledger {
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> completed{0};
    std::atomic<std::uint64_t> connections{0};
};

// A buffer whose contents do not matter. The kernel may write to it until the test ends.
char scratch[256];

// A port with an echo server, and threads that connect, and use, cancel and close all keys that they know.
void hammer(Ledger& ledger, unsigned threads, int rounds, unsigned seed) {
    Recording recording;
    TestPort* used = nullptr;
    const auto count = [&](const win32::Result<OperationId>& result) {
        ++(result ? ledger.accepted : ledger.refused);
        return bool{result};
    };
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            if (record.opcode == Opcode::kAccept) {
                if (record.status == 0) {
                    ++ledger.connections;
                    if (!count(used->read(record.key, 1, scratch, sizeof(scratch)))) {
                        Device::close(record.key);
                    }
                }
                continue;
            }
            ++ledger.completed;
            if (record.token != 1) {
                continue;
            }
            // At the server's end: echo and read again until a failure.
            const bool goesOn = record.status == 0 && record.opcode == Opcode::kRead &&
                                count(used->write(record.key, 2, scratch, record.bytes)) &&
                                count(used->read(record.key, 1, scratch, sizeof(scratch)));
            if (!goesOn) {
                Device::close(record.key);
            }
        }
    };
    TestPort port{recording, portSettings(3, 48)};
    used = &port;
    NamedPipeServerSettings serving;
    serving.name = newPipeName();
    serving.listening = 2;
    const auto server = NamedPipeServer::open(*port, serving);
    ASSERT_TRUE(server);
    ASSERT_EQ(0u, static_cast<NamedPipeServer&>(*Share<Device>{*server}).listen());

    concurrently(threads, [&](unsigned thread) {
        std::minstd_rand random{seed + thread};
        NamedPipeClientSettings connecting;
        connecting.name = serving.name;
        for (int round = 0; round < rounds; ++round) {
            const auto client = connectNamedPipe(port.key(), connecting, kTimeout);
            if (!client) {
                EXPECT_EQ(code(EngineError::kDeviceLimit), client.error()) << "round " << round;
                continue;
            }
            OperationId latest = 0;
            for (auto steps = random() % 8; steps > 0; --steps) {
                const auto dice = random() % 8;
                if (dice < 3) {
                    const auto id = port.read(*client, 3, scratch, sizeof(scratch));
                    latest = count(id) ? *id : latest;
                } else if (dice < 5) {
                    const auto id = port.write(*client, 3, scratch, 16);
                    latest = count(id) ? *id : latest;
                } else if (dice == 5) {
                    (void)port.cancel(*client, latest);
                } else if (dice == 6) {
                    if (const Share<Device> share{*client}) {
                        share->cancelAll();
                    }
                } else {
                    count(port->post(*client, 0, 3));
                }
            }
            Device::close(*client);
            if (random() % 4 == 0) {
                EXPECT_TRUE(Device::awaitClosed(*client, deadline()));
            }
        }
    });
    EXPECT_TRUE(closed(*server));
    EXPECT_TRUE(waitFor([&] { return port->snapshot().devices.empty(); })) << "every device has ended";
    EXPECT_TRUE(port.waitUntilIdle()) << "the slab is empty";
    EXPECT_EQ(0u, port.foreignPackets());
    const PortSnapshot snapshot = port->snapshot();
    EXPECT_EQ(0u, snapshot.operationsInFlight);
    EXPECT_EQ(recording.count(), snapshot.completions);
    port.end();
}

TEST(LifecycleHammerTest, LeavesNothingBehind) {
    Ledger ledger;
    EXPECT_TRUE(leavesNothing([&](unsigned attempt) { hammer(ledger, 4, 60, attempt); }))
        << threadCount() << " threads and " << handleCount() << " handles";
    EXPECT_EQ(ledger.accepted.load(), ledger.completed.load());
    EXPECT_LT(50u, ledger.accepted.load()) << "enough operations were accepted";
    EXPECT_LT(0u, ledger.connections.load());
}

// Ports open and close while threads use them by key, as Java does.
TEST(LifecycleHammerTest, PortsComeAndGo) {
    constexpr unsigned kThreads = 3;
    constexpr int kRounds = 12;
    struct Place {
        Recording recording;
        std::atomic<CompletionPort::Key> key{0};
    };
    std::vector<std::unique_ptr<Place>> places;
    for (unsigned i = 0; i < kThreads * kRounds; ++i) {
        places.push_back(std::make_unique<Place>());
    }
    std::atomic<std::uint64_t> accepted{0};
    concurrently(kThreads, [&](unsigned thread) {
        std::minstd_rand random{thread + 1};
        for (unsigned round = 0; round < kRounds; ++round) {
            Place& mine = *places[round * kThreads + thread];
            const auto opened = CompletionPort::open(portSettings(2, 64), mine.recording.sink());
            ASSERT_TRUE(opened);
            mine.key = *opened;
            for (int step = 0; step < 40; ++step) {
                const CompletionPort::Key key = places[random() % ((round + 1) * kThreads)]->key;
                const Share<CompletionPort> share{key};
                if (!share) {
                    EXPECT_TRUE(CompletionPort::awaitClosed(key, deadline()));
                } else if (random() % 16 == 0) {
                    CompletionPort::close(key);
                } else if (random() % 8 == 0) {
                    const PipeEnds ends;
                    HANDLE twin = nullptr;
                    ASSERT_TRUE(::DuplicateHandle(::GetCurrentProcess(), ends.server.get(), ::GetCurrentProcess(),
                                                  &twin, 0, FALSE, DUPLICATE_SAME_ACCESS));
                    const auto device = share->add(std::make_unique<NamedPipe>(*share, L"", win32::Handle{twin}));
                    EXPECT_TRUE(device || device.error() == code(EngineError::kPortClosed));
                } else {
                    accepted += bool{share->post(0, 0, 1)};
                }
            }
            if (round > 0) {
                CompletionPort::close(places[(round - 1) * kThreads + thread]->key);
            }
        }
    });
    std::uint64_t delivered = 0;
    for (const auto& place : places) {
        CompletionPort::close(place->key);
        EXPECT_TRUE(CompletionPort::awaitClosed(place->key, deadline()));
        EXPECT_TRUE(place->recording.ended);
        EXPECT_EQ(0, place->recording.violations);
        EXPECT_EQ(2u, place->recording.stopped);
        delivered += place->recording.count();
    }
    EXPECT_EQ(accepted.load(), delivered);
}

}  // namespace
}  // namespace iocp4j
