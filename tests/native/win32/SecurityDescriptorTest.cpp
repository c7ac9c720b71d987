#include <gtest/gtest.h>
#include <windows.h>

#include <cstddef>
#include <set>
#include <vector>

#include "win32/Handle.h"
#include "win32/SecurityDescriptor.h"

namespace iocp4j::win32 {
namespace {

using Sid = std::vector<std::byte>;

Sid copyOf(PSID sid) {
    const auto* bytes = static_cast<const std::byte*>(sid);
    return {bytes, bytes + ::GetLengthSid(sid)};
}

Sid wellKnown(WELL_KNOWN_SID_TYPE type) {
    std::byte sid[SECURITY_MAX_SID_SIZE];
    DWORD length = sizeof(sid);
    EXPECT_TRUE(::CreateWellKnownSid(type, nullptr, sid, &length));
    return copyOf(sid);
}

Sid currentUser() {
    HANDLE opened = nullptr;
    EXPECT_TRUE(::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, &opened));
    const Handle token{opened};
    alignas(TOKEN_USER) std::byte user[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD length = 0;
    EXPECT_TRUE(::GetTokenInformation(token.get(), TokenUser, user, sizeof(user), &length));
    return copyOf(reinterpret_cast<const TOKEN_USER*>(user)->User.Sid);
}

PACL dacl(const SECURITY_ATTRIBUTES& attributes) {
    BOOL present = FALSE;
    BOOL defaulted = FALSE;
    PACL list = nullptr;
    EXPECT_TRUE(::GetSecurityDescriptorDacl(attributes.lpSecurityDescriptor, &present, &list, &defaulted));
    EXPECT_TRUE(present);
    EXPECT_FALSE(defaulted);
    return list;
}

TEST(SecurityDescriptorTest, DefaultIsForTheUserAdministratorsAndSystemOnly) {
    auto descriptor = SecurityDescriptor::privateToUser();
    ASSERT_TRUE(descriptor) << descriptor.error();
    const SECURITY_ATTRIBUTES attributes = descriptor->attributes();
    EXPECT_EQ(sizeof(SECURITY_ATTRIBUTES), attributes.nLength);
    EXPECT_FALSE(attributes.bInheritHandle) << "a child process is given no pipe by accident";
    ASSERT_TRUE(::IsValidSecurityDescriptor(attributes.lpSecurityDescriptor));

    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    ASSERT_TRUE(::GetSecurityDescriptorControl(attributes.lpSecurityDescriptor, &control, &revision));
    EXPECT_TRUE(control & SE_DACL_PROTECTED) << "nothing is inherited";

    const PACL list = dacl(attributes);
    ASSERT_NE(nullptr, list) << "a null list would grant access to all users";
    std::set<Sid> admitted;
    for (DWORD i = 0; i < list->AceCount; ++i) {
        void* entry = nullptr;
        ASSERT_TRUE(::GetAce(list, i, &entry));
        auto* ace = static_cast<ACCESS_ALLOWED_ACE*>(entry);
        EXPECT_EQ(ACCESS_ALLOWED_ACE_TYPE, ace->Header.AceType);
        EXPECT_EQ(0, ace->Header.AceFlags);
        EXPECT_EQ(ACCESS_MASK{GENERIC_ALL}, ace->Mask);
        admitted.insert(copyOf(&ace->SidStart));
    }
    EXPECT_EQ(3u, list->AceCount);
    const std::set<Sid> expected{currentUser(), wellKnown(WinBuiltinAdministratorsSid), wellKnown(WinLocalSystemSid)};
    EXPECT_EQ(expected, admitted);
}

TEST(SecurityDescriptorTest, ParsesTheDefinitionLanguage) {
    auto descriptor = SecurityDescriptor::parse(L"D:(A;;GR;;;WD)(D;;GA;;;AN)");
    ASSERT_TRUE(descriptor);
    const PACL list = dacl(descriptor->attributes());
    ASSERT_NE(nullptr, list);
    EXPECT_EQ(2u, list->AceCount);
}

TEST(SecurityDescriptorTest, RefusesWhatIsNotInTheLanguage) {
    for (const wchar_t* bad : {L"nonsense", L"D:(A;;GA;;;", L"D:(A;;GA;;;NOBODY)", L"D:(A;;??;;;WD)"}) {
        EXPECT_NE(DWORD{ERROR_SUCCESS}, SecurityDescriptor::parse(bad).error()) << bad;
    }
}

}  // namespace
}  // namespace iocp4j::win32
