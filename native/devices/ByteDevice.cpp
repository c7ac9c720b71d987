#include "devices/ByteDevice.h"

#include "engine/notify/CompletionRoutine.h"
#include "engine/operation/Operation.h"
#include "win32/Calls.h"

namespace iocp4j {

Started ByteDevice::read(Operation& operation, void* buffer, std::uint32_t length) noexcept {
    operation.record.detail = detailOfRead(length);
    return start(
        operation, [&] { return Started::from(win32::calls.readFile(handle(), buffer, length, nullptr, &operation)); },
        [&] {
            return startedWithRoutine(win32::calls.readFileEx(handle(), buffer, length, &operation, &fileRoutine));
        });
}

Started ByteDevice::write(Operation& operation, const void* buffer, std::uint32_t length) noexcept {
    return start(
        operation, [&] { return Started::from(win32::calls.writeFile(handle(), buffer, length, nullptr, &operation)); },
        [&] {
            return startedWithRoutine(win32::calls.writeFileEx(handle(), buffer, length, &operation, &fileRoutine));
        });
}

}  // namespace iocp4j
