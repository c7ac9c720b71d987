#include "devices/NamedPipe.h"

#include "engine/Operation.h"
#include "win32/Calls.h"

namespace iocp4j {

Started NamedPipe::read(Operation& operation, void* buffer, std::uint32_t length) noexcept {
    return Started::from(win32::calls.readFile(handle(), buffer, length, nullptr, &operation));
}

Started NamedPipe::write(Operation& operation, const void* buffer, std::uint32_t length) noexcept {
    return Started::from(win32::calls.writeFile(handle(), buffer, length, nullptr, &operation));
}

}  // namespace iocp4j
