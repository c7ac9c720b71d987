#include "win32/ReservedMemory.h"

#include <algorithm>
#include <new>

#include "win32/Calls.h"

namespace iocp4j::win32 {

namespace {

constexpr std::size_t roundedUp(std::size_t bytes) noexcept {
    return (bytes + ReservedMemory::kStep - 1) / ReservedMemory::kStep * ReservedMemory::kStep;
}

}  // namespace

ReservedMemory::ReservedMemory(std::size_t size)
    : size_(size), data_(size == 0 ? nullptr : calls.virtualAlloc(nullptr, size, MEM_RESERVE, PAGE_NOACCESS)) {
    if (data_ == nullptr && size != 0) {
        throw std::bad_alloc{};
    }
}

ReservedMemory::~ReservedMemory() {
    if (data_ != nullptr) {
        calls.virtualFree(data_, 0, MEM_RELEASE);
    }
}

bool ReservedMemory::commit(std::size_t bytes) noexcept {
    if (bytes <= committed_) {
        return true;
    }
    const std::size_t wanted = std::min(roundedUp(bytes), size_);
    if (bytes > size_ || calls.virtualAlloc(static_cast<std::byte*>(data_) + committed_, wanted - committed_,
                                            MEM_COMMIT, PAGE_READWRITE) == nullptr) {
        return false;
    }
    committed_ = wanted;
    return true;
}

}  // namespace iocp4j::win32
