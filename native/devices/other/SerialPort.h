#pragma once

#include <string>

#include "devices/ByteDevice.h"
#include "win32/Result.h"

namespace iocp4j {

struct SerialSettings {
    enum class FlowControl {
        kNone,
        kRtsCts,   // hardware: RTS and CTS
        kDtrDsr,   // hardware: DTR and DSR
        kXonXoff,  // software: two characters in the data
    };

    std::wstring name;
    std::uint32_t baud = CBR_9600;
    std::uint8_t dataBits = 8;
    std::uint8_t parity = NOPARITY;      // NOPARITY to SPACEPARITY
    std::uint8_t stopBits = ONESTOPBIT;  // ONESTOPBIT to TWOSTOPBITS
    FlowControl flowControl = FlowControl::kNone;
    bool dtr = true;  // initial state of the line, unless flow control uses it
    bool rts = true;
    COMMTIMEOUTS timeouts{};
};

// A serial port or a device that emulates one: a modem, a converter, a virtual port.
class SerialPort : public ByteDevice {
public:
    static win32::Result<Device::Key> open(CompletionPort& port, const SerialSettings& settings);

    using ByteDevice::ByteDevice;

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kSerialPort};
        return kTraits;
    }

    // Completes when one of the events (EV_...) has occurred; the record's detail is the mask. If an earlier operation
    // still waits, it completes with a detail of 0.
    Started awaitEvents(Operation& operation, std::uint32_t events) noexcept;

    // SETDTR, CLRDTR, SETRTS, CLRRTS, SETBREAK or CLRBREAK.
    win32::ErrorCode escape(std::uint32_t function) const noexcept;

    // The MS_..._ON bits.
    win32::Result<std::uint32_t> modemStatus() const noexcept;

    // Flags are PURGE_...
    win32::ErrorCode purge(std::uint32_t flags) const noexcept;
};

}  // namespace iocp4j
