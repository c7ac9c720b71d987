#include <gtest/gtest.h>
#include <windows.h>

#include "win32/Processors.h"

namespace iocp4j::win32 {
namespace {

// Restricts this process to one processor.
class OneProcessor {
public:
    OneProcessor() noexcept {
        DWORD_PTR ofSystem = 0;
        EXPECT_TRUE(::GetProcessAffinityMask(::GetCurrentProcess(), &before_, &ofSystem));
        const DWORD_PTR lowest = before_ & (~before_ + 1);
        EXPECT_TRUE(::SetProcessAffinityMask(::GetCurrentProcess(), lowest));
    }
    OneProcessor(const OneProcessor&) = delete;
    OneProcessor& operator=(const OneProcessor&) = delete;
    ~OneProcessor() { EXPECT_TRUE(::SetProcessAffinityMask(::GetCurrentProcess(), before_)); }

private:
    DWORD_PTR before_ = 0;
};

TEST(ProcessorsTest, AffinityOfTheProcessRestrictsThem) {
    const std::uint32_t before = usableProcessors();
    EXPECT_GE(before, 1u);
    EXPECT_LE(before, ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS));
    {
        const OneProcessor here;
        EXPECT_EQ(1u, usableProcessors());
        EXPECT_EQ(before > 1, affinityIsRestricted());
    }
    EXPECT_EQ(before, usableProcessors());
}

}  // namespace
}  // namespace iocp4j::win32
