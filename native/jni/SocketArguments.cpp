#include "jni/SocketArguments.h"

#include <array>

namespace iocp4j::jni {

win32::Result<win32::SocketAddress> toAddress(JNIEnv* env, jbyteArray bytes) noexcept {
    std::array<char, win32::SocketAddress::kCapacity> copy{};
    const jsize length = bytes != nullptr ? env->GetArrayLength(bytes) : 0;
    if (length > static_cast<jsize>(copy.size())) {
        return win32::Result<win32::SocketAddress>::failure(WSAEFAULT);
    }
    if (length > 0) {
        env->GetByteArrayRegion(bytes, 0, length, reinterpret_cast<jbyte*>(copy.data()));
    }
    return win32::SocketAddress::parse(std::span{copy}.first(static_cast<std::size_t>(length)));
}

SocketSettings toSettings(JNIEnv* env, jintArray numbers) {
    SocketSettings settings;
    const jsize length = numbers != nullptr ? env->GetArrayLength(numbers) : 0;
    for (jsize i = 0; i + 2 <= length; i += 2) {
        jint pair[2];
        env->GetIntArrayRegion(numbers, i, 2, pair);
        settings.push_back({static_cast<SocketOption>(pair[0]), pair[1]});
    }
    return settings;
}

jlong put(JNIEnv* env, const win32::Result<win32::SocketAddress>& address, jbyteArray to) noexcept {
    if (!address) {
        return refused(address.error());
    }
    const jint length = address->length();
    if (to == nullptr || env->GetArrayLength(to) < length) {
        return refused(EngineError::kBadBuffer);
    }
    env->SetByteArrayRegion(to, 0, length, reinterpret_cast<const jbyte*>(address->raw()));
    return length;
}

}  // namespace iocp4j::jni
