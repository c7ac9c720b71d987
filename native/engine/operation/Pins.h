#pragma once

namespace iocp4j {

// What keeps the memory that an operation uses where it is, until CompletionSink::unpin is given it back: one of each
// buffer, or none. What they are only the sink knows.
struct Pins {
    void* first = nullptr;
    void* second = nullptr;

    bool any() const noexcept { return first != nullptr || second != nullptr; }
};

}  // namespace iocp4j
