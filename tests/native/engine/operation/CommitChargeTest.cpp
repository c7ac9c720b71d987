// The memory that a port commits: as much as its operations have needed.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "../../fixtures/FakeCall.h"
#include "../../fixtures/Simulation.h"

namespace iocp4j {
namespace {

using namespace test;

constexpr std::size_t kStep = 64 * 1024;
constexpr std::size_t kOperationsOfStep = kStep / sizeof(Operation);
constexpr auto kOperationLimit = code(EngineError::kOperationLimit);

// The system's memory, through a fake of VirtualAlloc.
class Memory {
public:
    std::atomic<bool> isExhausted{false};
    std::atomic<std::size_t> committed{0};
    std::atomic<std::size_t> reserved{0};
    std::atomic<int> ranges{0};

private:
    FakeCall<&win32::Calls::virtualAlloc> allocate_{
        [this](LPVOID address, SIZE_T size, DWORD type, DWORD protection) -> LPVOID {
            if (type == MEM_COMMIT && isExhausted) {
                return failing(ERROR_NOT_ENOUGH_MEMORY), nullptr;
            }
            (type == MEM_COMMIT ? committed : reserved) += size;
            ranges += type == MEM_RESERVE;
            return decltype(allocate_)::real(address, size, type, protection);
        }};
    FakeCall<&win32::Calls::virtualFree> release_{[this](LPVOID address, SIZE_T size, DWORD type) {
        --ranges;
        return decltype(release_)::real(address, size, type);
    }};
};

class CommitChargeTest : public ::testing::Test {
protected:
    ~CommitChargeTest() override { EXPECT_EQ(0, memory_.ranges) << "the port has released all memory"; }

    Memory memory_;
    SimulatedKernel kernel_;
    Recording recording_;
};

TEST_F(CommitChargeTest, PortThatHasDoneNothingHasCommittedNothing) {
    for (const std::uint32_t operations : {1u, CompletionPort::Settings{}.operations, Operations::kMaxCeiling}) {
        Recording recording;
        TestPort port{recording, portSettings(1, operations)};
        EXPECT_EQ(0u, memory_.committed) << operations;
        EXPECT_LE(std::size_t{operations} * sizeof(Operation), memory_.reserved)
            << "the reserved range has its full size";
    }
}

TEST_F(CommitChargeTest, GrowsWithTheMostThatHaveBeenInFlight) {
    TestPort port{recording_, portSettings(1, Operations::kMaxCeiling)};
    const Device::Key device = pipe(port, kernel_);
    Request first;
    ASSERT_TRUE(read(device, 0, first));
    EXPECT_EQ(2 * kStep, memory_.committed) << "for operations and the free list";
    for (std::uint64_t token = 1; token <= 3 * kOperationsOfStep; ++token) {
        ASSERT_TRUE(port->post(0, 0, token));
        ASSERT_TRUE(recording_.waitForCount(token));
    }
    EXPECT_EQ(2 * kStep, memory_.committed) << "sequential operations share one slot";

    const std::unique_ptr<Request[]> requests{new Request[2 * kOperationsOfStep]};
    for (std::size_t i = 0; i < 2 * kOperationsOfStep; ++i) {
        ASSERT_TRUE(read(device, i, requests[i]));
    }
    const std::size_t most = port->operations().mostInFlight();
    EXPECT_LT(2 * kOperationsOfStep, most);
    EXPECT_EQ((most + kOperationsOfStep - 1) / kOperationsOfStep * kStep + kStep, memory_.committed);
    EXPECT_TRUE(closed(device));
}

TEST_F(CommitChargeTest, NoMemoryIsARefusalAndThePortGoesOn) {
    TestPort port{recording_, portSettings(2, 64'000)};
    const Device::Key device = pipe(port, kernel_);
    const std::unique_ptr<Request[]> requests{new Request[kOperationsOfStep + 1]};
    Request refused;

    memory_.isExhausted = true;
    EXPECT_EQ(kOperationLimit, read(device, 1, refused).error()) << "not even the first";
    EXPECT_EQ(kOperationLimit, port->post(0, 0, 1).error());
    memory_.isExhausted = false;
    ASSERT_TRUE(read(device, 0, requests[0]));

    memory_.isExhausted = true;
    for (std::uint64_t token = 1; token < kOperationsOfStep; ++token) {
        ASSERT_TRUE(read(device, token, requests[token])) << "memory for this operation is committed";
    }
    for (int again = 0; again < 10; ++again) {
        EXPECT_EQ(kOperationLimit, read(device, 999'999, refused).error());
    }
    EXPECT_EQ(kOperationsOfStep, port->operations().inFlight());
    ASSERT_TRUE(kernel_.complete(requests[7]));
    ASSERT_EQ(0u, recording_.waitForToken(7).status);
    ASSERT_TRUE(read(device, 1'000, requests[7])) << "a free slot needs no memory";

    memory_.isExhausted = false;
    ASSERT_TRUE(read(device, 1'001, requests[kOperationsOfStep]));
    EXPECT_TRUE(closed(device));
    EXPECT_EQ(kOperationsOfStep + 2, recording_.count()) << "each accepted operation completes once";
    EXPECT_TRUE(recording_.recordsOf(999'999).empty());
}

TEST_F(CommitChargeTest, PortWithoutAddressesForItsOperationsDoesNotOpen) {
    FakeCall<&win32::Calls::virtualAlloc> allocate{
        [](LPVOID, SIZE_T, DWORD, DWORD) -> LPVOID { return failing(ERROR_NOT_ENOUGH_MEMORY), nullptr; }};
    EXPECT_THROW((void)CompletionPort::open(portSettings(), recording_.sink()), std::bad_alloc);
    EXPECT_TRUE(recording_.ended);
    EXPECT_EQ(1u, kernel_.counters.filesClosed) << "the kernel's port";
}

}  // namespace
}  // namespace iocp4j
