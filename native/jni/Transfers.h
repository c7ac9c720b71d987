#pragma once

#include <jni.h>

#include <cstdint>

#include "engine/operation/Operation.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

// Starts a read or write of `memory`. Devices without positions ignore the position.
template <class Memory>
jlong startRead(jlong device, Memory& memory, jlong position, jlong token, jint milliseconds) noexcept {
    return submit<Device>(device, Opcode::kRead, memory, token, milliseconds,
                          [&](Device& target, Operation& operation) {
                              operation.setPosition(static_cast<std::uint64_t>(position));
                              return target.read(operation, memory.address(), memory.length());
                          });
}

template <class Memory>
jlong startWrite(jlong device, Memory& memory, jlong position, jlong token, jint milliseconds) noexcept {
    return submit<Device>(device, Opcode::kWrite, memory, token, milliseconds,
                          [&](Device& target, Operation& operation) {
                              operation.setPosition(static_cast<std::uint64_t>(position));
                              return target.write(operation, memory.address(), memory.length());
                          });
}

}  // namespace iocp4j::jni
