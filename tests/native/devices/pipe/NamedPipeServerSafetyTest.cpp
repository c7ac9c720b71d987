// Which clients a server accepts, and who owns its pipe.

#include <aclapi.h>
#include <gtest/gtest.h>
#include <sddl.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "../../fixtures/Concurrently.h"
#include "../../fixtures/FakeCall.h"
#include "../../fixtures/PipeEnds.h"
#include "../../fixtures/PipeOwnership.h"
#include "../../fixtures/PipeServers.h"
#include "../../fixtures/TestPort.h"
#include "devices/pipe/NamedPipeServer.h"

namespace iocp4j {
namespace {

using namespace test;

// The arguments of CreateNamedPipe and the handles that it returns, all of which are for clients.
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
        if ((openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) != 0) {
            return handle;
        }
        const std::lock_guard lock{mutex_};
        instances_.push_back({handle, openMode, pipeMode, instances, outBuffer, inBuffer});
        return handle;
    }};
};

// The discretionary access control list of a kernel object, as SDDL.
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
        EXPECT_TRUE(instances[i].openMode & FILE_FLAG_OVERLAPPED);
        EXPECT_EQ(DWORD{PIPE_ACCESS_DUPLEX}, instances[i].openMode & PIPE_ACCESS_DUPLEX);
        EXPECT_TRUE(instances[i].pipeMode & PIPE_REJECT_REMOTE_CLIENTS);
        EXPECT_EQ(DWORD{PIPE_UNLIMITED_INSTANCES}, instances[i].instances) << "the server counts";
        EXPECT_EQ(1'024u, instances[i].inBuffer);
        EXPECT_EQ(2'048u, instances[i].outBuffer);
    }
}

TEST(NamedPipeServerSafetyTest, MakesThePipeWithAnInstanceThatNoClientGets) {
    DWORD open = 0;
    DWORD mode = 0;
    std::wstring access;
    FakeCall<&win32::Calls::createPipeHolder> hold{
        [&](const wchar_t* name, DWORD openMode, DWORD pipeMode, DWORD out, DWORD in, SECURITY_ATTRIBUTES* security) {
            open = openMode;
            mode = pipeMode;
            EXPECT_EQ(2'048u, out);
            EXPECT_EQ(1'024u, in);
            wchar_t* text = nullptr;
            EXPECT_TRUE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
                security->lpSecurityDescriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, nullptr));
            access = text != nullptr ? text : L"";
            ::LocalFree(text);
            return decltype(hold)::real(name, openMode, pipeMode, out, in, security);
        }};
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(1);
    settings.direction = PipeDirection::kOutbound;
    settings.messages = true;
    settings.inBuffer = 1'024;
    settings.outBuffer = 2'048;
    settings.sddl = L"D:P(A;;FA;;;SY)(A;;FA;;;AU)";
    openAndListen(port, settings);
    EXPECT_EQ(DWORD{PIPE_ACCESS_OUTBOUND}, open & PIPE_ACCESS_DUPLEX);
    EXPECT_EQ(DWORD{PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS}, mode);
    EXPECT_NE(std::wstring::npos, access.find(L";;;AU)")) << access;
}

// Each connection is the only instance, and is closed before the next one is created.
TEST(NamedPipeServerSafetyTest, NameIsItsOwnUntilItEnds) {
    for (const std::uint32_t most : {1u, 2u}) {
        PipeOwnership name;
        Recording recording;
        TestPort port{recording};
        NamedPipeServerSettings settings = newServer(1);
        settings.maxInstances = most;
        const Device::Key server = openAndListen(port, settings);
        for (std::size_t i = 0; i < 5; ++i) {
            const win32::Handle client = connectTo(settings.name);
            ASSERT_TRUE(waitForAccepts(recording, i + 1));
            EXPECT_TRUE(closed(accepts(recording)[i].key));
            ASSERT_TRUE(waitForListening(port, server, 1));
        }
        EXPECT_FALSE(name.lost());
        const win32::Handle last = connectTo(settings.name);
        ASSERT_TRUE(waitForAccepts(recording, 6));
        EXPECT_TRUE(closed(server));
        EXPECT_FALSE(name.lost()) << "there is a connection";
        EXPECT_TRUE(closed(accepts(recording)[5].key));
        EXPECT_TRUE(name.lost()) << "nothing of it is left";
        EXPECT_EQ(0, name.joined());
        EXPECT_LE(name.most(), most);
    }
}

// The last instance is closed while two threads are about to create another one.
TEST(NamedPipeServerSafetyTest, JoinsNoOtherPipeWhenItsLastInstanceGoesMeanwhile) {
    PipeOwnership name;
    Turnstile turnstile;
    Recording recording;
    TestPort port{recording};
    NamedPipeServerSettings settings = newServer(2);
    settings.maxInstances = 2;
    const Device::Key server = openAndListen(port, settings);
    const win32::Handle clients[] = {connectTo(settings.name), connectTo(settings.name)};
    ASSERT_TRUE(waitForAccepts(recording, 2));
    const auto connections = accepts(recording);
    name.hold(turnstile);
    std::thread first{[&] { Device::close(connections[0].key); }};
    EXPECT_TRUE(turnstile.waitForWaiting(1));
    std::thread second{[&] { Device::close(connections[1].key); }};
    EXPECT_TRUE(turnstile.waitForWaiting(2));
    EXPECT_FALSE(name.lost());
    turnstile.open();
    first.join();
    second.join();
    EXPECT_TRUE(waitForListening(port, server, 2));
    EXPECT_EQ(0, name.joined());
    EXPECT_LE(name.most(), 2u);
    EXPECT_FALSE(turnstile.gaveUp());
}

// The holder of PipeOwnership is not a pipe, so that the name is missing for a moment after all instances are closed.
bool visits(const std::wstring& name) {
    return waitFor([&] {
        return win32::Handle{
                   ::CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr)}
                   .get() != nullptr;
    });
}

// However connections end, and whichever thread creates the next instance.
TEST(NamedPipeServerSafetyTest, CountsWhatItMayHaveAmongClosesAndDisconnects) {
    PipeOwnership name;
    Recording recording;
    recording.onDelivery = [&](unsigned, std::span<const CompletionRecord> records) {
        for (const CompletionRecord& record : records) {
            if (record.opcode != Opcode::kAccept || record.status != 0) {
                continue;
            }
            if (record.key % 2 == 0) {
                // Empty if the port is closing.
                if (const Share<Device> share{record.key}) {
                    EXPECT_EQ(0u, static_cast<NamedPipe&>(*share).disconnect());
                }
            } else {
                Device::close(record.key);
            }
        }
    };
    TestPort port{recording, portSettings(3)};
    NamedPipeServerSettings settings = newServer(2);
    settings.maxInstances = 3;
    const Device::Key server = openAndListen(port, settings);
    concurrently(6, [&](unsigned) {
        for (int i = 0; i < 20; ++i) {
            EXPECT_TRUE(visits(settings.name));
        }
    });
    EXPECT_TRUE(waitForListening(port, server, 2));
    EXPECT_LE(name.most(), 3u);
    EXPECT_FALSE(name.lost());
    EXPECT_EQ(0, name.joined());
}

TEST(NamedPipeServerSafetyTest, AdmitsRemoteClientsOnlyIfSet) {
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
    EXPECT_EQ(2u, created.instances().size());
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
    EXPECT_EQ(2u, created.instances().size());
    for (const Created::Instance& instance : created.instances()) {
        const std::wstring access = accessOf(instance.handle);
        EXPECT_NE(std::wstring::npos, access.find(L";;;AU)")) << access;
        EXPECT_EQ(std::wstring::npos, access.find(L";;;BA)")) << access;
    }
}

}  // namespace
}  // namespace iocp4j
