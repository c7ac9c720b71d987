#pragma once

#include <jni.h>

#include "devices/socket/Socket.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

// An address as SocketAddresses.java encodes it.
win32::Result<win32::SocketAddress> toAddress(JNIEnv* env, jbyteArray bytes) noexcept;

// Settings as SocketOptions.java lists them: code and value of each. An incomplete one at the end is ignored.
SocketSettings toSettings(JNIEnv* env, jintArray numbers);

// For a call without a value: returns 1 on success.
inline jlong done(win32::ErrorCode error) noexcept { return error == ERROR_SUCCESS ? jlong{1} : refused(error); }

// Copies the address to the array, and returns its length.
jlong put(JNIEnv* env, const win32::Result<win32::SocketAddress>& address, jbyteArray to) noexcept;

// Returns the value of an option + 1.
inline jlong put(const win32::Result<std::uint32_t>& option) noexcept {
    return option ? jlong{*option} + 1 : refused(option.error());
}

// Calls `body` with the socket of that key, and returns its result.
template <class Kind, class Body>
jlong withSocket(jlong device, Body&& body) noexcept {
    const Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(EngineError::kDeviceClosed);
    }
    Kind* socket = deviceAs<Kind>(found);
    return socket != nullptr ? body(*socket) : refused(EngineError::kWrongDevice);
}

// Calls `open` with the port, the address and the settings. `open` returns the key of the new device.
template <class Open>
jlong openSocket(JNIEnv* env, jlong port, jbyteArray address, jintArray options, Open&& open) noexcept {
    const auto where = toAddress(env, address);
    if (!where) {
        return refused(where.error());
    }
    return guarded([&] {
        const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
        return found ? resultOf(open(*found, *where, toSettings(env, options))) : refused(EngineError::kPortClosed);
    });
}

}  // namespace iocp4j::jni
