#pragma once

#include <cstdint>
#include <utility>

namespace iocp4j {

// The right to use the T that a key names, as ExAcquireRundownProtection grants it: the T is not disposed of before the
// share ends. T has a table() of type SlotTable<T> and a dispose(T*), which the last user to leave calls.
template <class T>
class Share {
public:
    explicit Share(std::uint64_t key) noexcept : object_(T::table().enter(key)) {}
    Share(Share&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    Share& operator=(Share&&) = delete;
    ~Share() {
        if (object_ != nullptr) {
            end(object_);
        }
    }

    // Ends a share that detach() has released.
    static void end(T* object) noexcept {
        if (T::table().leave(object->key())) {
            T::dispose(object);
        }
    }

    // Releases the share without ending it. The caller must call end().
    T* detach() noexcept { return std::exchange(object_, nullptr); }

    explicit operator bool() const noexcept { return object_ != nullptr; }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }

private:
    T* object_;
};

}  // namespace iocp4j
