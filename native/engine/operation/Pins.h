#pragma once

namespace iocp4j {

// Pins keep the caller's buffers alive during an operation: one for each buffer, or none. CompletionSink::unpin gets
// them back. Only the sink knows what they are.
struct Pins {
    void* first = nullptr;
    void* second = nullptr;

    bool any() const noexcept { return first != nullptr || second != nullptr; }
};

}  // namespace iocp4j
