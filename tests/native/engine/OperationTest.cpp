#include <gtest/gtest.h>

#include <vector>

#include "../fixtures/ScriptedDevice.h"
#include "../fixtures/TestPort.h"
#include "engine/Operation.h"
#include "engine/Operations.h"

namespace iocp4j {
namespace {

using namespace test;

// What one pending operation costs: its place, and its entry in the free list.
static_assert(sizeof(Operation) + sizeof(std::uint32_t) <= 256);
static_assert(sizeof(CompletionRecord) == 32);

// A record is all that a worker has besides for each operation it takes at a time.
static_assert(sizeof(OVERLAPPED_ENTRY) + sizeof(CompletionRecord) + sizeof(Device*) <= 128);

TEST(OperationTest, IsWhatTheKernelIsGivenAddressFor) {
    Operation operation;
    EXPECT_EQ(static_cast<void*>(&operation), static_cast<void*>(static_cast<OVERLAPPED*>(&operation)));
}

TEST(OperationTest, IdsArePositiveAndNeverRepeat) {
    PortHandle kernel;
    Recording recording;
    TestPort port{recording, portSettings(1, 2)};
    const Device::Key device =
        ScriptedDevice::add(*port, kernel, [](ScriptedDevice&, Operation&) { return Started::over(ERROR_NOT_READY); });
    std::vector<OperationId> ids;
    for (std::uint64_t token = 0; token < 200; ++token) {
        ASSERT_TRUE(port.waitUntilIdle());
        const auto id = token % 2 == 0 ? port.read(device, token, nullptr, 0) : port->post(0, 0, token);
        ASSERT_TRUE(id);
        EXPECT_GT(static_cast<std::int64_t>(*id), 0) << "as Java sees it";
        EXPECT_EQ(ids.end(), std::find(ids.begin(), ids.end(), *id));
        ids.push_back(*id);
    }
}

}  // namespace
}  // namespace iocp4j
