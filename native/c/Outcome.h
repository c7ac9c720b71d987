#pragma once

#include <new>
#include <system_error>

#include "c/iocp4j.h"
#include "engine/operation/Refusal.h"
#include "win32/Result.h"

namespace iocp4j::c {

// Where the result goes, if there is one and the caller wants it, and the error.
template <class T>
iocp4j_error outcome(const win32::Result<T>& result, T* place) noexcept {
    if (result && place != nullptr) {
        *place = *result;
    }
    return result.error();
}

// Runs what may run out of memory or threads: no exception may reach a program of another compiler's.
template <class Body>
iocp4j_error outcomeOf(Body&& body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return code(Refusal::kOutOfMemory);
    } catch (const std::system_error&) {
        return code(Refusal::kOutOfMemory);
    }
}

}  // namespace iocp4j::c
