#pragma once

#include <new>
#include <system_error>

#include "c/iocp4j.h"
#include "engine/operation/EngineError.h"
#include "win32/Result.h"

namespace iocp4j::c {

// Stores the value if there is one and `place` is not null. Returns the error.
template <class T>
iocp4j_error outcome(const win32::Result<T>& result, T* place) noexcept {
    if (result && place != nullptr) {
        *place = *result;
    }
    return result.error();
}

// Runs code that may throw for lack of memory or threads, because no exception may cross the C interface.
template <class Body>
iocp4j_error guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return code(EngineError::kOutOfMemory);
    } catch (const std::system_error&) {
        return code(EngineError::kOutOfMemory);
    }
}

}  // namespace iocp4j::c
