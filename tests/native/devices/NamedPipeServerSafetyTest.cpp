// Whom a server lets in, and whose pipe it serves.

#include <aclapi.h>
#include <gtest/gtest.h>
#include <sddl.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "../fixtures/PipeEnds.h"
#include "../fixtures/PipeServers.h"
#include "../fixtures/TestPort.h"
#include "devices/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

// What CreateNamedPipe is asked for, and the handles it gives.
class Created {
public:
    struct Instance {
        HANDLE handle;
        DWORD openMode;
        DWORD pipeMode;
        DWORD instances;
        DWORD outBuffer;
        DWORD inBuffer;
    };

    std::vector<Instance> instances() const {
        const std::lock_guard lock{mutex_};
        return instances_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Instance> instances_;
    FakeCall<&win32::Calls::createNamedPipe> create_{[this](const wchar_t* name, DWORD openMode, DWORD pipeMode,
                                                            DWORD instances, DWORD outBuffer, DWORD inBuffer,
                                                            DWORD timeout, SECURITY_ATTRIBUTES* security) {
        const HANDLE handle =
            decltype(create_)::real(name, openMode, pipeMode, instances, outBuffer, inBuffer, timeout, security);
        const std::lock_guard lock{mutex_};
        instances_.push_back({handle, openMode, pipeMode, instances, outBuffer, inBuffer});
        return handle;
    }};
};

// The discretionary access control list of a kernel object, in the definition language.
std::wstring accessOf(HANDLE handle) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    EXPECT_EQ(DWORD{ERROR_SUCCESS}, ::GetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                                                      nullptr, nullptr, nullptr, &descriptor));
    wchar_t* text = nullptr;
    EXPECT_TRUE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                                       DACL_SECURITY_INFORMATION, &text, nullptr));
    const std::wstring result = text != nullptr ? text : L"";
    ::LocalFree(text);
    ::LocalFree(descriptor);
    return result;
}

TEST(NamedPipeServerSafetyTest, AsksForWhatTheSettingsSay) {
    Created created;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(3);
    settings.inBuffer = 1'024;
    settings.outBuffer = 2'048;
    settings.maxInstances = 7;
    openAndListen(port, settings);
    const auto instances = created.instances();
    ASSERT_EQ(3u, instances.size());
    for (std::size_t i = 0; i < instances.size(); ++i) {
        EXPECT_EQ(i == 0, (instances[i].openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0) << "nobody may have been first";
        EXPECT_TRUE(instances[i].openMode & FILE_FLAG_OVERLAPPED);
        EXPECT_EQ(DWORD{PIPE_ACCESS_DUPLEX}, instances[i].openMode & PIPE_ACCESS_DUPLEX);
        EXPECT_TRUE(instances[i].pipeMode & PIPE_REJECT_REMOTE_CLIENTS);
        EXPECT_EQ(7u, instances[i].instances);
        EXPECT_EQ(1'024u, instances[i].inBuffer);
        EXPECT_EQ(2'048u, instances[i].outBuffer);
    }
}

// Between the end of the last instance and the next one the name is anybody's.
TEST(NamedPipeServerSafetyTest, JoinsNobodyElsesPipeWhenItHasNoInstanceLeft) {
    std::mutex mutex;
    std::vector<bool> asFirst;
    FakeCall<&win32::Calls::createNamedPipe> create{[&](const wchar_t* name, DWORD openMode, auto... others) -> HANDLE {
        const std::lock_guard lock{mutex};
        asFirst.push_back((openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0);
        return decltype(create)::real(name, openMode, others...);
    }};
    const auto created = [&] {
        const std::lock_guard lock{mutex};
        return asFirst;
    };
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(1);
    settings.maxInstances = 1;
    const Device::Key server = openAndListen(port, settings);
    win32::Handle client = connectTo(settings.name);
    ASSERT_TRUE(waitForAccepts(recording, 1));
    EXPECT_TRUE(closed(accepts(recording)[0].key));
    ASSERT_TRUE(waitForListening(port, server, 1));
    const std::vector<bool> all = created();
    ASSERT_GE(all.size(), 3u);
    EXPECT_TRUE(all.front());
    EXPECT_FALSE(all[1]) << "in vain, while the only one was connected";
    EXPECT_TRUE(all.back()) << "it had gone";
}

TEST(NamedPipeServerSafetyTest, FurtherInstancesBelongToTheFirst) {
    std::atomic<int> firsts{0};
    std::atomic<int> others{0};
    FakeCall<&win32::Calls::createNamedPipe> create{[&](const wchar_t* name, DWORD openMode, auto... rest) -> HANDLE {
        ++((openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0 ? firsts : others);
        return decltype(create)::real(name, openMode, rest...);
    }};
    Recording recording;
    TestPort port{recording};
    const NamedPipeServerSettings settings = newServer(3);
    const Device::Key server = openAndListen(port, settings);
    for (std::size_t i = 0; i < 5; ++i) {
        const win32::Handle client = connectTo(settings.name);
        ASSERT_TRUE(waitForAccepts(recording, i + 1));
        EXPECT_TRUE(closed(accepts(recording)[i].key));
        ASSERT_TRUE(waitForListening(port, server, 3));
    }
    EXPECT_EQ(1, firsts.load());
    EXPECT_EQ(7, others.load());
}

TEST(NamedPipeServerSafetyTest, AdmitsRemoteClientsOnlyWhereItIsToldTo) {
    Created created;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(1);
    settings.acceptRemote = true;
    openAndListen(port, settings);
    ASSERT_EQ(1u, created.instances().size());
    EXPECT_FALSE(created.instances()[0].pipeMode & PIPE_REJECT_REMOTE_CLIENTS);
}

TEST(NamedPipeServerSafetyTest, IsForTheUserAdministratorsAndSystem) {
    Created created;
    Recording recording;
    TestPort port{recording};
    openAndListen(port, newServer(2));
    for (const Created::Instance& instance : created.instances()) {
        const std::wstring access = accessOf(instance.handle);
        EXPECT_EQ(0u, access.find(L"D:P(")) << access;
        EXPECT_EQ(3, std::count(access.begin(), access.end(), L'('));
        EXPECT_NE(std::wstring::npos, access.find(L";;;SY)"));
        EXPECT_NE(std::wstring::npos, access.find(L";;;BA)"));
        EXPECT_EQ(std::wstring::npos, access.find(L";;;WD)"));
        EXPECT_EQ(std::wstring::npos, access.find(L";;;AN)"));
    }
}

TEST(NamedPipeServerSafetyTest, IsForWhomTheSettingsSay) {
    Created created;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(2);
    settings.sddl = L"D:P(A;;FA;;;SY)(A;;FA;;;AU)";
    openAndListen(port, settings);
    for (const Created::Instance& instance : created.instances()) {
        const std::wstring access = accessOf(instance.handle);
        EXPECT_NE(std::wstring::npos, access.find(L";;;AU)")) << access;
        EXPECT_EQ(std::wstring::npos, access.find(L";;;BA)")) << access;
    }
}

}  // namespace
}  // namespace iocp4j
