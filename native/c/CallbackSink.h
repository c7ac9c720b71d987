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

// The same records with the type that iocp4j.h declares.
inline const iocp4j_record* published(const CompletionRecord* records) noexcept {
    return reinterpret_cast<const iocp4j_record*>(records);
}

// Delivers batches to the listener of a C program. The program keeps its buffers alive, so that there are no pins.
class CallbackSink final : public CompletionSink {
public:
    CallbackSink(iocp4j_listener listener, iocp4j_ended ended, void* context) noexcept
        : listener_(listener), ended_(ended), context_(context) {}
    ~CallbackSink() override {
        if (opened_ && ended_ != nullptr) {
            ended_(context_);
        }
    }

    // Called once the port is open, before its key is returned. The end of a port that could not be opened is not
    // reported.
    void opened() noexcept { opened_ = true; }

    bool workerStarted(unsigned, std::span<CompletionRecord>) noexcept override { return true; }
    void deliver(unsigned, std::span<const CompletionRecord> records) noexcept override {
        listener_(context_, published(records.data()), static_cast<std::uint32_t>(records.size()));
    }
    void workerStopped(unsigned) noexcept override {}
    void unpin(Pins) noexcept override {}
    // Not reported: the program gets IOCP4J_PORT_LOST from its next call.
    void portLost(std::uint32_t) noexcept override {}
    void deviceClosed(std::uint64_t) noexcept override {}

private:
    const iocp4j_listener listener_;
    const iocp4j_ended ended_;
    void* const context_;
    bool opened_ = false;
};

}  // namespace iocp4j::c
