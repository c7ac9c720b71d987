#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "../../fixtures/HandlesClosed.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/Recording.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipe.h"
#include "engine/operation/Deadlines.h"

namespace iocp4j {
namespace {

using namespace test;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Enough operations that a linear search for each would show in the times.
constexpr std::size_t kOperations = 10'000;
class ManyOperationsTest : public ::testing::Test {
protected:
    // Starts reads for which no data comes, with increasing tokens.
    std::vector<OperationId> startReads(const TestPort& port, Device::Key device) {
        std::vector<OperationId> ids;
        for (std::size_t i = 0; i < kOperations; ++i) {
            const auto id = port.read(device, i, buffers_.get() + i, 1);
            EXPECT_EQ(0u, id.error());
            ids.push_back(*id);
        }
        return ids;
    }

    // Returns true if each token has completed once with that status.
    bool allEndedWith(std::uint32_t status) const {
        std::vector<int> ends(kOperations);
        for (const CompletionRecord& record : recording_.records()) {
            if (record.status != status) {
                return false;
            }
            ++ends[record.token];
        }
        return ends == std::vector<int>(kOperations, 1);
    }

    static Device::Key addEnd(const TestPort& port, win32::Handle end) {
        const auto added = port->add(std::make_unique<NamedPipe>(*port, L"many", std::move(end)));
        EXPECT_EQ(0u, added.error());
        return *added;
    }

    static long long since(steady_clock::time_point begun) {
        return duration_cast<microseconds>(steady_clock::now() - begun).count();
    }

    std::unique_ptr<char[]> buffers_{new char[kOperations]};
    Recording recording_;
};

TEST_F(ManyOperationsTest, AreCancelledOneByOne) {
    TestPort port{recording_, portSettings(2, kOperations)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    const Device::Key device = addEnd(port, std::move(ends.server));
    const std::vector<OperationId> ids = startReads(port, device);
    std::size_t found = 0;
    const auto begun = steady_clock::now();
    for (const OperationId id : ids) {
        found += port.cancel(device, id);
    }
    const long long taken = since(begun);
    EXPECT_EQ(kOperations, found);
    ASSERT_TRUE(recording_.waitForCount(kOperations));
    EXPECT_TRUE(allEndedWith(ERROR_OPERATION_ABORTED));
    std::printf("Figures: a cancel with %zu operations in flight on the device takes %.1f us\n", kOperations,
                static_cast<double>(taken) / kOperations);
}

TEST_F(ManyOperationsTest, EndWithTheirPort) {
    TestPort port{recording_, portSettings(2, kOperations)};
    PipeEnds ends{PipeKind::kBytes, 4096, 0};
    startReads(port, addEnd(port, std::move(ends.server)));
    const auto begun = steady_clock::now();
    port.end();
    const long long taken = since(begun);
    EXPECT_EQ(kOperations, recording_.count());
    EXPECT_TRUE(allEndedWith(kHandlesClosed));
    std::printf("Figures: a port with %zu operations in flight closes in %lld ms\n", kOperations, taken / 1'000);
}

// A deadline is an entry inside the operation.
TEST_F(ManyOperationsTest, TakeNoMemoryForTheirDeadlines) {
    EXPECT_LE(sizeof(Deadlines::Entry), 24u);
    EXPECT_EQ(128u, sizeof(Operation));
    std::printf("Figures: an operation takes %zu bytes, of which its deadline %zu\n", sizeof(Operation),
                sizeof(Deadlines::Entry));
}

}  // namespace
}  // namespace iocp4j
