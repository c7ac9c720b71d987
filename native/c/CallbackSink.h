#pragma once

#include "c/iocp4j.h"
#include "engine/port/CompletionSink.h"

namespace iocp4j::c {

static_assert(sizeof(iocp4j_record) == sizeof(CompletionRecord));
static_assert(offsetof(iocp4j_record, key) == offsetof(CompletionRecord, key));
static_assert(offsetof(iocp4j_record, token) == offsetof(CompletionRecord, token));
static_assert(offsetof(iocp4j_record, bytes) == offsetof(CompletionRecord, bytes));
static_assert(offsetof(iocp4j_record, status) == offsetof(CompletionRecord, status));
static_assert(offsetof(iocp4j_record, opcode) == offsetof(CompletionRecord, opcode));
static_assert(offsetof(iocp4j_record, kind) == offsetof(CompletionRecord, kind));
static_assert(offsetof(iocp4j_record, detail) == offsetof(CompletionRecord, detail));

// The same records, as the header declares them.
inline const iocp4j_record* published(const CompletionRecord* records) noexcept {
    return reinterpret_cast<const iocp4j_record*>(records);
}

// Hands batches to the listener of a C program. Buffers are the program's own business, so that nothing is pinned.
class CallbackSink final : public CompletionSink {
public:
    CallbackSink(iocp4j_listener listener, iocp4j_ended ended, void* context) noexcept
        : listener_(listener), ended_(ended), context_(context) {}
    ~CallbackSink() override {
        if (opened_ && ended_ != nullptr) {
            ended_(context_);
        }
    }

    // The end of a port that could not be opened is not reported. Before the port's key is known.
    void opened() noexcept { opened_ = true; }

    bool workerStarted(unsigned, std::span<CompletionRecord>) noexcept override { return true; }
    void deliver(unsigned, std::span<const CompletionRecord> records) noexcept override {
        listener_(context_, published(records.data()), static_cast<std::uint32_t>(records.size()));
    }
    void workerStopped(unsigned) noexcept override {}
    void unpin(Pins) noexcept override {}
    // The program learns it from the refusal of what it starts next.
    void portLost(std::uint32_t) noexcept override {}
    void deviceClosed(std::uint64_t) noexcept override {}

private:
    const iocp4j_listener listener_;
    const iocp4j_ended ended_;
    void* const context_;
    bool opened_ = false;
};

}  // namespace iocp4j::c
