#pragma once

#include <jni.h>

#include <string>
#include <vector>

#include "engine/port/CompletionSink.h"

namespace iocp4j::jni {

// Hands batches to a CompletionDispatcher, the Java end, with one upcall each. Each worker is attached to the JVM once,
// as a daemon, and its memory for records is wrapped in a direct buffer once.
class JavaSink final : public CompletionSink {
public:
    // Looks up the methods of CompletionDispatcher; false, with an exception pending, when they are not what we expect.
    static bool bind(JNIEnv* env);

    JavaSink(JNIEnv* env, jobject dispatcher, std::wstring portName, unsigned workers);
    ~JavaSink() override;

    bool workerStarted(unsigned worker, std::span<CompletionRecord> memory) noexcept override;
    void deliver(unsigned worker, std::span<const CompletionRecord> records) noexcept override;
    void workerStopped(unsigned worker) noexcept override;
    void unpin(Pins pins) noexcept override;
    void portLost(std::uint32_t error) noexcept override;
    void deviceClosed(std::uint64_t key) noexcept override;

private:
    // A worker's own; a cache line each.
    struct alignas(64) Lane {
        JNIEnv* env = nullptr;
        jobject batch = nullptr;  // global reference to the CompletionBatch
    };

    const std::wstring portName_;
    std::vector<Lane> lanes_;
    const jobject dispatcher_;  // global reference
};

}  // namespace iocp4j::jni
