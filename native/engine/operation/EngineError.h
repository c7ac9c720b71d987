#pragma once

#include "win32/Error.h"

namespace iocp4j {

// Reasons for which the engine itself refuses a call. Bit 29 marks application-defined codes, so that these share a
// return value with Win32 errors. The Java enum EngineError has the same codes in the same order.
enum class EngineError : win32::ErrorCode {
    kDeviceClosed = 0x2000'0001,
    kPortClosed = 0x2000'0002,
    kOperationLimit = 0x2000'0003,
    kDeviceLimit = 0x2000'0004,
    kBadBuffer = 0x2000'0005,
    kOutOfMemory = 0x2000'0006,
    kWrongDevice = 0x2000'0007,
    kPollerClosed = 0x2000'0008,
    kPollerBusy = 0x2000'0009,
    kHasWorkers = 0x2000'000a,
    kHandleBusy = 0x2000'000b,
    kBadObject = 0x2000'000c,
    kMutex = 0x2000'000d,
    kPortLost = 0x2000'000e,
};

constexpr win32::ErrorCode code(EngineError refusal) noexcept { return static_cast<win32::ErrorCode>(refusal); }

}  // namespace iocp4j
