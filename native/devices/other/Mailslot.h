#pragma once

#include <string>

#include "devices/ByteDevice.h"
#include "win32/Result.h"

namespace iocp4j {

struct MailslotSettings {
    std::wstring name;
    std::uint32_t longestMessage = 0;               // bytes; 0 for any
    std::uint32_t timeout = MAILSLOT_WAIT_FOREVER;  // of a read, milliseconds
    std::wstring sddl;  // who may write; empty for the current user, administrators and SYSTEM
};

// Where messages arrive. Each read takes one of them, which must fit.
class MailslotServer : public ByteDevice {
public:
    struct Contents {
        std::uint32_t messages;
        std::uint32_t nextLength;  // bytes of the message that is read next; 0 when there is none
    };

    static win32::Result<Device::Key> open(CompletionPort& port, const MailslotSettings& settings);

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kMailslot};
        return kTraits;
    }

    win32::Result<Contents> contents() const noexcept;
};

// Where messages are written.
class MailslotClient : public ByteDevice {
public:
    static win32::Result<Device::Key> open(CompletionPort& port, const std::wstring& name);

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kMailslot};
        return kTraits;
    }
};

}  // namespace iocp4j
