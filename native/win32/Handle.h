#pragma once

#include <windows.h>

#include <utility>

#include "win32/Calls.h"

namespace iocp4j::win32 {

// Owns a handle and closes it. Both invalid values, nullptr and INVALID_HANDLE_VALUE, become nullptr.
class Handle {
public:
    enum class End {
        kCloseHandle,
        kCloseSocket,  // a SOCKET, which needs closesocket() because Winsock has state for it
        kNothing,      // other code owns it
    };

    Handle() noexcept = default;
    explicit Handle(HANDLE handle, End end = End::kCloseHandle) noexcept
        : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle), end_(end) {}
    Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), end_(other.end_) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        std::swap(end_, other.end_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { reset(); }

    HANDLE get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != nullptr; }

    void reset() noexcept {
        const HANDLE handle = std::exchange(handle_, nullptr);
        if (handle == nullptr || end_ == End::kNothing) {
            return;
        }
        if (end_ == End::kCloseSocket) {
            calls.closeSocket(reinterpret_cast<SOCKET>(handle));
        } else {
            calls.closeHandle(handle);
        }
    }

    // Releases a handle that other code has closed. Its number may belong to another object by now.
    void abandon() noexcept { handle_ = nullptr; }

private:
    HANDLE handle_ = nullptr;
    End end_ = End::kCloseHandle;
};

}  // namespace iocp4j::win32
