#pragma once

#include <jni.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "engine/CompletionPort.h"
#include "jni/Answer.h"

namespace iocp4j::jni {

// What keeps an object of Java's where it is for as long as an operation uses it: a global reference, the pin. Owns the
// pin until an operation does.
class Pinned {
public:
    // Nothing at all, for operations that have no buffer.
    Pinned() noexcept = default;
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
    ~Pinned() {
        if (pin_ != nullptr) {
            env_->DeleteGlobalRef(pin_);
        }
    }

    bool valid() const noexcept { return valid_; }
    void* pin() const noexcept { return pin_; }
    void handOver() noexcept { pin_ = nullptr; }

protected:
    // Nothing yet, and so not valid.
    explicit Pinned(JNIEnv* env) noexcept : env_(env), valid_(false) {}

    void hold(jobject object) noexcept {
        pin_ = env_->NewGlobalRef(object);
        valid_ = pin_ != nullptr;
    }

private:
    JNIEnv* env_ = nullptr;
    jobject pin_ = nullptr;
    bool valid_ = true;
};

// A part of a direct buffer that an operation uses.
class Buffer : public Pinned {
public:
    // None, for operations to which it is left.
    Buffer() noexcept = default;

    // Believes nothing that Java has checked already: this is the last place where a wrong range can be stopped.
    Buffer(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept;

    char* address() const noexcept { return address_; }
    std::uint32_t length() const noexcept { return length_; }

private:
    char* address_ = nullptr;
    std::uint32_t length_ = 0;
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
jlong submit(jlong device, Opcode opcode, Pinned& first, Pinned& second, jlong token, jint milliseconds,
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
    if (id && !isInline(*id)) {
        first.handOver();
        second.handOver();
    }
    return answer(id);
}

template <class Kind, class Start>
jlong submit(jlong device, Opcode opcode, Pinned& buffer, jlong token, jint milliseconds, Start&& start) noexcept {
    Pinned none;
    return submit<Kind>(device, opcode, buffer, none, token, milliseconds, std::forward<Start>(start));
}

}  // namespace iocp4j::jni
