#pragma once

#include <jni.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engine/port/CompletionPort.h"
#include "jni/Answer.h"
#include "jni/Pinned.h"

namespace iocp4j::jni {

// The device of that kind behind a share, or nullptr when it is of another kind.
template <class Kind>
Kind* deviceAs(const Share<Device>& share) noexcept {
    if constexpr (std::is_same_v<Kind, Device>) {
        return &*share;
    } else {
        return dynamic_cast<Kind*>(&*share);
    }
}

// What `ask(kind)` answers of an open device of that kind.
template <class Kind, class Ask>
jlong ask(jlong device, Ask&& asked) noexcept {
    const Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(Refusal::kDeviceClosed);
    }
    Kind* target = deviceAs<Kind>(found);
    return target != nullptr ? asked(*target) : refused(Refusal::kWrongDevice);
}

// Starts an operation on a device of the given kind: `start(kind, operation)` makes the Win32 call, with what `memory`
// keeps in place. A negative number of milliseconds is no deadline.
template <class Kind, class Memory, class Start>
jlong submit(jlong device, Opcode opcode, Memory& memory, jlong token, jint milliseconds, Start&& start) noexcept {
    Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(Refusal::kDeviceClosed);
    }
    Kind* target = deviceAs<Kind>(found);
    if (target == nullptr) {
        return refused(Refusal::kWrongDevice);
    }
    if (!memory.valid()) {
        return refused(Refusal::kBadBuffer);
    }
    Operations& operations = found->port().operations();
    const auto patience = milliseconds < 0 ? Operations::kForEver : Operations::Patience{milliseconds};
    const auto id = operations.submit(std::move(found), opcode, static_cast<std::uint64_t>(token), memory.pins(),
                                      patience, [&](Operation& operation) { return start(*target, operation); });
    if (id && !isInline(*id)) {
        memory.handOver();
    }
    return answer(id);
}

template <class Kind, class Start>
jlong submit(jlong device, Opcode opcode, Pinned& first, Pinned& second, jlong token, jint milliseconds,
             Start&& start) noexcept {
    PinnedPair both{first, second};
    return submit<Kind>(device, opcode, both, token, milliseconds, std::forward<Start>(start));
}

}  // namespace iocp4j::jni
