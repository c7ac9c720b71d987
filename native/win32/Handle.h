#pragma once

#include <windows.h>

#include <utility>

#include "win32/Calls.h"

namespace iocp4j::win32 {

// Owns a kernel handle.
class Handle {
public:
    Handle() noexcept = default;
    explicit Handle(HANDLE handle) noexcept : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
    Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { reset(); }

    HANDLE get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != nullptr; }

    void reset() noexcept {
        if (const HANDLE handle = std::exchange(handle_, nullptr)) {
            calls.closeHandle(handle);
        }
    }

private:
    HANDLE handle_ = nullptr;
};

}  // namespace iocp4j::win32
