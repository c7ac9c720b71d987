#include "devices/ByteDevice.h"

#include "engine/Operation.h"
#include "win32/Calls.h"

namespace iocp4j {

Started ByteDevice::read(Operation& operation, void* buffer, std::uint32_t length) noexcept {
    return Started::from(win32::calls.readFile(handle(), buffer, length, nullptr, &operation));
}

Started ByteDevice::write(Operation& operation, const void* buffer, std::uint32_t length) noexcept {
    return Started::from(win32::calls.writeFile(handle(), buffer, length, nullptr, &operation));
}

}  // namespace iocp4j
