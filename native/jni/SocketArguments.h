#pragma once

#include <jni.h>

#include "devices/socket/Socket.h"
#include "jni/Submission.h"

namespace iocp4j::jni {

// An address as SocketAddresses.java encodes it.
win32::Result<win32::SocketAddress> toAddress(JNIEnv* env, jbyteArray bytes) noexcept;

// Settings as SocketOptions.java lists them: code and value of each. An incomplete one at the end is ignored.
SocketSettings toSettings(JNIEnv* env, jintArray numbers);

// Copies the address to the array, and returns its length.
jlong put(JNIEnv* env, const win32::Result<win32::SocketAddress>& address, jbyteArray to) noexcept;

// Returns the value of an option + 1.
inline jlong put(const win32::Result<std::uint32_t>& option) noexcept {
    return option ? jlong{*option} + 1 : refused(option.error());
}

// Calls `open` with the port, the address and the settings. `open` returns the key of the new device.
template <class Open>
jlong openSocket(JNIEnv* env, jlong port, jbyteArray address, jintArray options, Open&& open) noexcept {
    const auto where = toAddress(env, address);
    if (!where) {
        return refused(where.error());
    }
    return onPort(port, [&](CompletionPort& found) { return resultOf(open(found, *where, toSettings(env, options))); });
}

}  // namespace iocp4j::jni
