#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "win32/ReservedMemory.h"

namespace iocp4j::win32 {
namespace {

using test::failing;
using test::FakeCall;

constexpr std::size_t kStep = ReservedMemory::kStep;

// The number of bytes at the beginning of the range that are committed.
std::size_t committed(const ReservedMemory& memory) {
    MEMORY_BASIC_INFORMATION information{};
    EXPECT_EQ(sizeof information, ::VirtualQuery(memory.data(), &information, sizeof information));
    return information.State == MEM_COMMIT ? information.RegionSize : 0;
}

TEST(ReservedMemoryTest, CommitsStepByStep) {
    ReservedMemory memory{4 * kStep};
    EXPECT_EQ(0u, reinterpret_cast<std::uintptr_t>(memory.data()) % kStep);
    EXPECT_EQ(0u, committed(memory));
    EXPECT_TRUE(memory.commit(0));
    EXPECT_EQ(0u, committed(memory));
    ASSERT_TRUE(memory.commit(1));
    EXPECT_EQ(kStep, committed(memory));
    ASSERT_TRUE(memory.commit(kStep));
    EXPECT_EQ(kStep, committed(memory));
    ASSERT_TRUE(memory.commit(2 * kStep + 1));
    EXPECT_EQ(3 * kStep, committed(memory));
    auto* bytes = static_cast<unsigned char*>(memory.data());
    EXPECT_TRUE(std::all_of(bytes, bytes + 3 * kStep, [](unsigned char byte) { return byte == 0; }));
    std::fill(bytes, bytes + 3 * kStep, static_cast<unsigned char>(7));
    ASSERT_TRUE(memory.commit(1)) << "a smaller size changes nothing";
    ASSERT_TRUE(memory.commit(4 * kStep));
    EXPECT_EQ(7, bytes[3 * kStep - 1]) << "the memory keeps its content";
    EXPECT_EQ(0, bytes[3 * kStep]);
}

TEST(ReservedMemoryTest, CommitsNothingBehindItsEnd) {
    std::vector<std::size_t> asked;
    FakeCall<&Calls::virtualAlloc> allocate{[&](LPVOID address, SIZE_T size, DWORD type, DWORD protection) {
        asked.push_back(size);
        return decltype(allocate)::real(address, size, type, protection);
    }};
    ReservedMemory memory{kStep + 100};
    EXPECT_FALSE(memory.commit(kStep + 101));
    ASSERT_TRUE(memory.commit(kStep + 100));
    static_cast<char*>(memory.data())[kStep + 99] = 1;
    EXPECT_EQ((std::vector<std::size_t>{kStep + 100, kStep + 100}), asked);
}

TEST(ReservedMemoryTest, CanBeEmpty) {
    ReservedMemory memory{0};
    EXPECT_TRUE(memory.commit(0));
    EXPECT_FALSE(memory.commit(1));
}

TEST(ReservedMemoryTest, CommitsLaterWhatTheSystemCouldNotGive) {
    bool fails = true;
    FakeCall<&Calls::virtualAlloc> allocate{[&](LPVOID address, SIZE_T size, DWORD type, DWORD protection) -> LPVOID {
        if (fails && type == MEM_COMMIT) {
            return failing(ERROR_COMMITMENT_LIMIT), nullptr;
        }
        return decltype(allocate)::real(address, size, type, protection);
    }};
    ReservedMemory memory{4 * kStep};
    EXPECT_FALSE(memory.commit(1));
    EXPECT_FALSE(memory.commit(1));
    EXPECT_EQ(0u, committed(memory));
    fails = false;
    ASSERT_TRUE(memory.commit(1));
    EXPECT_EQ(kStep, committed(memory));
}

TEST(ReservedMemoryTest, ThrowsWhereThereAreNoAddresses) {
    FakeCall<&Calls::virtualAlloc> allocate{
        [](LPVOID, SIZE_T, DWORD, DWORD) -> LPVOID { return failing(ERROR_NOT_ENOUGH_MEMORY), nullptr; }};
    EXPECT_THROW(ReservedMemory{kStep}, std::bad_alloc);
}

TEST(ReservedMemoryTest, GivesItsAddressesBackOnce) {
    std::vector<LPVOID> released;
    FakeCall<&Calls::virtualFree> release{[&](LPVOID address, SIZE_T size, DWORD type) {
        released.push_back(address);
        return decltype(release)::real(address, size, type);
    }};
    LPVOID data = nullptr;
    {
        ReservedMemory memory{kStep};
        data = memory.data();
        ASSERT_TRUE(memory.commit(1));
    }
    EXPECT_EQ((std::vector<LPVOID>{data}), released);
    MEMORY_BASIC_INFORMATION information{};
    ASSERT_EQ(sizeof information, ::VirtualQuery(data, &information, sizeof information));
    EXPECT_EQ(DWORD{MEM_FREE}, information.State);
}

}  // namespace
}  // namespace iocp4j::win32
