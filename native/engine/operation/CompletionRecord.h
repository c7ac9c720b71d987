#pragma once

#include <cstddef>
#include <cstdint>

namespace iocp4j {

// The Java enum Opcode has the same codes.
enum class Opcode : std::uint16_t {
    kPost = 1,
    kRead = 2,
    kWrite = 3,
    kAccept = 4,
    kConnect = 5,
    kDisconnect = 6,
    kReceiveFrom = 7,
    kSendTo = 8,
    kTransmitFile = 9,
    kTransact = 10,
    kControl = 11,
    kLock = 12,
    kChange = 13,
    kCommEvent = 14,
    kWait = 15,
};

inline constexpr Opcode kLastOpcode = Opcode::kWait;

// The Java enum DeviceKind has the same codes.
enum class DeviceKind : std::uint16_t {
    kNone = 0,  // for a posted packet
    kPipeServer = 1,
    kPipe = 2,
    kFile = 3,
    kSocketServer = 4,
    kStreamSocket = 5,
    kUdpSocket = 6,
    kDirectory = 7,
    kMailslot = 8,
    kSerialPort = 9,
    kAdopted = 10,
    kWaitable = 11,
    kConsoleInput = 12,
    kJob = 13,
    kChildProcess = 14,
};

inline constexpr DeviceKind kLastDeviceKind = DeviceKind::kChildProcess;

// Set in the kind of a connection that belongs to no port: the key in the record is that of a Detached.
inline constexpr std::uint16_t kDetachedFlag = 0x100;

constexpr DeviceKind detached(DeviceKind kind) noexcept {
    return static_cast<DeviceKind>(static_cast<std::uint16_t>(kind) | kDetachedFlag);
}

constexpr bool isDetached(DeviceKind kind) noexcept { return (static_cast<std::uint16_t>(kind) & kDetachedFlag) != 0; }

// One completion in the form in which Java reads it from a direct buffer (CompletionBatch.java). Little-endian, as x64
// is.
struct CompletionRecord {
    std::uint64_t key;     // of the device; for kPost the caller's value
    std::uint64_t token;   // the caller's value; for kAccept the server's token
    std::uint32_t bytes;   // transferred, also when the status is an error
    std::uint32_t status;  // a Win32 error code, 0 for success
    Opcode opcode;
    DeviceKind kind;       // of the device with that key
    std::uint32_t detail;  // specific to the kind of device, or 0; for a pipe's kAccept the client's process id
};

// The detail of a read of 0 bytes, whose 0 bytes are not the end of the data. Java knows it as CompletionBatch.NO_ROOM.
inline constexpr std::uint32_t kNoRoom = 1;
constexpr std::uint32_t detailOfRead(std::uint64_t room) noexcept { return room == 0 ? kNoRoom : 0; }

static_assert(sizeof(CompletionRecord) == 32 && alignof(CompletionRecord) == 8);
static_assert(offsetof(CompletionRecord, detail) == 28);

}  // namespace iocp4j
