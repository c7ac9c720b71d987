#pragma once

#include "engine/port/Device.h"

namespace iocp4j {

// A device for ReadFile and WriteFile. If the handle has positions, the operation's position counts.
class ByteDevice : public Device {
public:
    using Device::Device;

    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;
    Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept override;
};

}  // namespace iocp4j
