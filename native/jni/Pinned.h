#pragma once

#include <jni.h>

#include <cstdint>

#include "engine/operation/Pins.h"
#include "jni/BufferArray.h"
#include "jni/RegisteredBuffer.h"

namespace iocp4j::jni {

// Releases the pins of an operation. The thread must be attached to the JVM.
void unpin(Pins pins) noexcept;

// The pins of an operation whose buffers are in the array, or that has no array.
Pins pinsOf(BufferArray* buffers) noexcept;

// A range of a direct buffer.
struct DirectRange {
    // Checks the range again, although Java has checked it, because no later code can.
    DirectRange(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept;

    char* address = nullptr;  // nullptr if the buffer is not direct or does not have the range
    std::uint32_t length = 0;
};

// Keeps a Java object alive while an operation uses it, with a global reference, the pin. Owns the pin until
// handOver().
class Pinned {
public:
    // Without an object, for operations without a buffer.
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
    // Not valid before hold().
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

// The two pins of an operation.
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

// A range of a direct buffer that an operation uses.
class Buffer : public Pinned {
public:
    // Without memory, for operations where it is optional.
    Buffer() noexcept = default;

    Buffer(JNIEnv* env, jobject buffer, jint offset, jint length) noexcept;

    char* address() const noexcept { return address_; }
    std::uint32_t length() const noexcept { return length_; }

private:
    char* address_ = nullptr;
    std::uint32_t length_ = 0;
};

// A range of a registered buffer. Needs no call of the JVM.
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

    // The address of this variable is the second pin if the first one is a share of a registered buffer. It is never
    // the address of a JNI reference.
    static inline char registration;

    Share<RegisteredBuffer> share_;
    char* const address_;
    const std::uint32_t length_;
};

}  // namespace iocp4j::jni
