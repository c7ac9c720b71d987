#pragma once

#include <jni.h>

#include <cstdint>

#include "engine/operation/Pins.h"
#include "jni/RegisteredBuffer.h"

namespace iocp4j::jni {

// Gives back what an operation's memory was kept with. On a thread that is attached to the JVM.
void unpin(Pins pins) noexcept;

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
    Pins pins() const noexcept { return {pin_, nullptr}; }
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

// Both that an operation has.
class PinnedPair {
public:
    PinnedPair(Pinned& first, Pinned& second) noexcept : first_(first), second_(second) {}

    bool valid() const noexcept { return first_.valid() && second_.valid(); }
    Pins pins() const noexcept { return {first_.pins().first, second_.pins().first}; }
    void handOver() noexcept {
        first_.handOver();
        second_.handOver();
    }

private:
    Pinned& first_;
    Pinned& second_;
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

// A part of a buffer that is registered, which costs no call of the JVM.
class RegisteredPart {
public:
    RegisteredPart(jlong buffer, jint offset, jint length) noexcept
        : share_(static_cast<RegisteredBuffer::Key>(buffer)),
          address_(share_ ? share_->at(offset, length) : nullptr),
          length_(static_cast<std::uint32_t>(length)) {}

    bool valid() const noexcept { return address_ != nullptr; }
    Pins pins() const noexcept { return {&*share_, &registration}; }
    void handOver() noexcept { (void)share_.detach(); }

    char* address() const noexcept { return address_; }
    std::uint32_t length() const noexcept { return length_; }

private:
    friend void unpin(Pins pins) noexcept;

    // The second pin of those whose first one is the share of a registered buffer. No reference of the JVM's lies here.
    static inline char registration;

    Share<RegisteredBuffer> share_;
    char* const address_;
    const std::uint32_t length_;
};

}  // namespace iocp4j::jni
