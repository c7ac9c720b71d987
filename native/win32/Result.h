#pragma once

#include <utility>

#include "win32/Error.h"

namespace iocp4j::win32 {

// A value or an error code.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) noexcept : value_(std::move(value)) {}

    static Result failure(ErrorCode error) noexcept {
        Result result{T{}};
        result.error_ = error;
        return result;
    }

    explicit operator bool() const noexcept { return error_ == 0; }
    ErrorCode error() const noexcept { return error_; }
    T& operator*() noexcept { return value_; }
    const T& operator*() const noexcept { return value_; }
    T* operator->() noexcept { return &value_; }
    const T* operator->() const noexcept { return &value_; }

private:
    T value_;
    ErrorCode error_ = 0;
};

}  // namespace iocp4j::win32
