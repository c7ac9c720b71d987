#pragma once

#include <jni.h>

#include <string>
#include <vector>

#include "engine/port/CompletionSink.h"

namespace iocp4j::jni {

// Delivers batches to a CompletionDispatcher in Java, with one upcall each. Each worker is attached to the JVM once, as
// a daemon, and its records are wrapped in a direct buffer once.
class JavaSink final : public CompletionSink {
public:
    // Looks up the methods of CompletionReceiver. Returns false, with a pending exception, if one does not exist.
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
    // The state of one worker, on its own cache line.
    struct alignas(64) Lane {
        JNIEnv* env = nullptr;
        jobject batch = nullptr;  // global reference to the CompletionBatch
    };

    const std::wstring portName_;
    std::vector<Lane> lanes_;
    const jobject dispatcher_;  // global reference
};

}  // namespace iocp4j::jni
