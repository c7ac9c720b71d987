#pragma once

#include <jni.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engine/port/CompletionPort.h"
#include "jni/NativeResult.h"
#include "jni/Pinned.h"

namespace iocp4j::jni {

// Calls `body(port)` with an open port, and returns its result. `body` may throw for lack of memory or threads.
template <class Body>
jlong onPort(jlong port, Body&& body) noexcept {
    return guarded([&] {
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        return found ? body(*found) : refused(EngineError::kPortClosed);
    });
}

// The device of that kind, or nullptr if it is of another kind.
template <class Kind>
Kind* deviceAs(const Share<Device>& share) noexcept {
    if constexpr (std::is_same_v<Kind, Device>) {
        return &*share;
    } else {
        return dynamic_cast<Kind*>(&*share);
    }
}

// Calls `body(kind)` with an open device of that kind, and returns its result. `body` may throw as that of onPort may.
template <class Kind, class Body>
jlong onDevice(jlong device, Body&& body) noexcept {
    return guarded([&] {
        const Share<Device> found{static_cast<Device::Key>(device)};
        if (!found) {
            return refused(EngineError::kDeviceClosed);
        }
        Kind* target = deviceAs<Kind>(found);
        return target != nullptr ? body(*target) : refused(EngineError::kWrongDevice);
    });
}

// Negative milliseconds mean no timeout.
inline Operations::Timeout timeoutOf(jint milliseconds) noexcept {
    return milliseconds < 0 ? Operations::kForEver : Operations::Timeout{milliseconds};
}

// Starts an operation on a device of that kind: `start(kind, operation)` makes the Win32 call. `memory` pins the
// buffers.
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
    const auto id =
        operations.submit(std::move(found), opcode, static_cast<std::uint64_t>(token), memory.pins(),
                          timeoutOf(milliseconds), [&](Operation& operation) { return start(*target, operation); });
    if (id && !isInline(*id)) {
        memory.handOver();
    }
    return resultOf(id);
}

template <class Kind, class Start>
jlong submit(jlong device, Opcode opcode, Pinned& first, Pinned& second, jlong token, jint milliseconds,
             Start&& start) noexcept {
    PinnedPair both{first, second};
    return submit<Kind>(device, opcode, both, token, milliseconds, std::forward<Start>(start));
}

}  // namespace iocp4j::jni
