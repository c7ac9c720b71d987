#pragma once

#include <jni.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engine/CompletionPort.h"
#include "jni/Answer.h"

namespace iocp4j::jni {

// A part of a direct buffer that an operation uses, and the global reference, the pin, that keeps it there. Owns the
// pin until an operation does.
class Buffer {
public:
    // No buffer at all, for operations that have none.
    Buffer() noexcept = default;

    // Believes nothing that Java has checked already: this is the last place where a wrong range can be stopped.
    Buffer(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept;

    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() {
        if (pin_ != nullptr) {
            env_->DeleteGlobalRef(pin_);
        }
    }

    bool valid() const noexcept { return valid_; }
    char* address() const noexcept { return address_; }
    std::uint32_t length() const noexcept { return length_; }
    void* pin() const noexcept { return pin_; }
    void handOver() noexcept { pin_ = nullptr; }

private:
    JNIEnv* env_ = nullptr;
    char* address_ = nullptr;
    std::uint32_t length_ = 0;
    jobject pin_ = nullptr;
    bool valid_ = true;
};

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

// Starts an operation on a device of the given kind: `start(kind, operation)` makes the Win32 call. A negative number
// of milliseconds is no deadline.
template <class Kind, class Start>
jlong submit(jlong device, Opcode opcode, Buffer& first, Buffer& second, jlong token, jint milliseconds,
             Start&& start) noexcept {
    Share<Device> found{static_cast<Device::Key>(device)};
    if (!found) {
        return refused(Refusal::kDeviceClosed);
    }
    Kind* target = deviceAs<Kind>(found);
    if (target == nullptr) {
        return refused(Refusal::kWrongDevice);
    }
    if (!first.valid() || !second.valid()) {
        return refused(Refusal::kBadBuffer);
    }
    Operations& operations = found->port().operations();
    const auto patience = milliseconds < 0 ? Operations::kForEver : Operations::Patience{milliseconds};
    const auto id =
        operations.submit(std::move(found), opcode, static_cast<std::uint64_t>(token), Pins{first.pin(), second.pin()},
                          patience, [&](Operation& operation) { return start(*target, operation); });
    if (id) {
        first.handOver();
        second.handOver();
    }
    return answer(id);
}

template <class Kind, class Start>
jlong submit(jlong device, Opcode opcode, Buffer& buffer, jlong token, jint milliseconds, Start&& start) noexcept {
    Buffer none;
    return submit<Kind>(device, opcode, buffer, none, token, milliseconds, std::forward<Start>(start));
}

}  // namespace iocp4j::jni
