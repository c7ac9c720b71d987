#pragma once

#include <jni.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engine/port/CompletionPort.h"
#include "jni/NativeResult.h"
#include "jni/Pinned.h"

namespace iocp4j::jni {

// The device of that kind, or nullptr if it is of another kind.
template <class Kind>
Kind* deviceAs(const Share<Device>& share) noexcept {
    if constexpr (std::is_same_v<Kind, Device>) {
        return &*share;
    } else {
        return dynamic_cast<Kind*>(&*share);
    }
}

// Calls `body(kind)` with an open device of that kind, and returns its result.
template <class Kind, class Body>
jlong onDevice(jlong device, Body&& body) noexcept {
    const Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(EngineError::kDeviceClosed);
    }
    Kind* target = deviceAs<Kind>(found);
    return target != nullptr ? body(*target) : refused(EngineError::kWrongDevice);
}

// Starts an operation on a device of that kind: `start(kind, operation)` makes the Win32 call. `memory` pins the
// buffers. Negative milliseconds mean no timeout.
template <class Kind, class Memory, class Start>
jlong submit(jlong device, Opcode opcode, Memory& memory, jlong token, jint milliseconds, Start&& start) noexcept {
    Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(EngineError::kDeviceClosed);
    }
    Kind* target = deviceAs<Kind>(found);
    if (target == nullptr) {
        return refused(EngineError::kWrongDevice);
    }
    if (!memory.valid()) {
        return refused(EngineError::kBadBuffer);
    }
    Operations& operations = found->port().operations();
    const auto timeout = milliseconds < 0 ? Operations::kForEver : Operations::Timeout{milliseconds};
    const auto id = operations.submit(std::move(found), opcode, static_cast<std::uint64_t>(token), memory.pins(),
                                      timeout, [&](Operation& operation) { return start(*target, operation); });
    if (id && !isInline(*id)) {
        memory.handOver();
    }
    return resultOf(id);
}

// Starts an operation that the kernel ends, and waits for its end, which needs no packet: `start(device, operation)`
// makes the Win32 call. Returns the Win32 error code and the byte count as both() does.
template <class Memory, class Start>
jlong run(jlong device, Opcode opcode, const Memory& memory, jint milliseconds, Start&& start) noexcept {
    const Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(EngineError::kDeviceClosed);
    }
    if (!found->isBound()) {
        return refused(EngineError::kWrongDevice);
    }
    if (!memory.valid()) {
        return refused(EngineError::kBadBuffer);
    }
    const auto timeout = milliseconds < 0 ? Operations::kForEver : Operations::Timeout{milliseconds};
    auto record = found->port().operations().run(found, opcode, timeout,
                                                 [&](Operation& operation) { return start(*found, operation); });
    if (!record) {
        return refused(record.error());
    }
    (void)found->onCompleted(*record);
    return both(record->status, record->bytes);
}

template <class Kind, class Start>
jlong submit(jlong device, Opcode opcode, Pinned& first, Pinned& second, jlong token, jint milliseconds,
             Start&& start) noexcept {
    PinnedPair both{first, second};
    return submit<Kind>(device, opcode, both, token, milliseconds, std::forward<Start>(start));
}

}  // namespace iocp4j::jni
