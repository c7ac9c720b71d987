#pragma once

#include "engine/port/Device.h"

namespace iocp4j {

// A device that is read and written as a file is: ReadFile and WriteFile, at the operation's position where the handle
// has positions.
class ByteDevice : public Device {
public:
    using Device::Device;

    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;
    Started write(Operation& operation, const void* buffer, std::uint32_t length) noexcept override;
};

}  // namespace iocp4j
