#pragma once

#include <string>

#include "devices/ByteDevice.h"
#include "win32/Result.h"

namespace iocp4j {

struct MailslotSettings {
    std::wstring name;
    std::uint32_t longestMessage = 0;               // in bytes; 0 for no limit
    std::uint32_t timeout = MAILSLOT_WAIT_FOREVER;  // of a read, in milliseconds
    std::wstring sddl;  // who may write; empty for the current user, administrators and SYSTEM
};

// The reading end. Each read returns one message, which must fit into the buffer.
class MailslotServer : public ByteDevice {
public:
    struct Contents {
        std::uint32_t messages;
        std::uint32_t nextLength;  // length in bytes of the next message; 0 when there is none
    };

    static win32::Result<Device::Key> open(CompletionPort& port, const MailslotSettings& settings);

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kMailslot};
        return kTraits;
    }

    win32::Result<Contents> contents() const noexcept;
};

// The writing end.
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
