#pragma once

#include "engine/Device.h"

namespace iocp4j {

// Which way data goes, seen from the end that says it. The values are those of PIPE_ACCESS_...
enum class PipeDirection : std::uint32_t {
    kInbound = PIPE_ACCESS_INBOUND,
    kOutbound = PIPE_ACCESS_OUTBOUND,
    kDuplex = PIPE_ACCESS_DUPLEX,
};

// One end of a pipe that is connected: a client's, or a server's after ConnectNamedPipe.
class NamedPipe : public Device {
public:
    using Device::Device;

    DeviceKind kind() const noexcept override { return DeviceKind::kPipe; }
    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;
    Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept override;
};

}  // namespace iocp4j
