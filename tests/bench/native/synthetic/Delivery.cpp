// Delivers records to Java as a worker does, through the sink of the DLL, but without a port.

#include <jni.h>

#include <memory>
#include <vector>

#include "engine/port/CompletionSink.h"
#include "jni/JavaSink.h"

namespace {

using iocp4j::CompletionRecord;
using iocp4j::CompletionSink;

constexpr unsigned kWorker = 0;

// The floor: does in C++ what the listener does in Java.
class NativeSink final : public CompletionSink {
public:
    bool workerStarted(unsigned, std::span<CompletionRecord>) noexcept override { return true; }
    void deliver(unsigned, std::span<const CompletionRecord> records) noexcept override {
        for (const CompletionRecord& record : records) {
            if (record.status == 0) {
                sum_ = sum_ + record.key + record.token + record.bytes + static_cast<std::uint64_t>(record.opcode);
            }
        }
    }
    void workerStopped(unsigned) noexcept override {}
    void unpin(iocp4j::Pins) noexcept override {}
    void portLost(std::uint32_t) noexcept override {}
    void deviceClosed(std::uint64_t) noexcept override {}

private:
    volatile std::uint64_t sum_ = 0;
};

// A worker without a port, until the process ends.
struct Delivery {
    std::vector<CompletionRecord> records;
    std::unique_ptr<CompletionSink> sink;
    std::uint64_t token = 0;

    void deliver(int batches) {
        for (int i = 0; i < batches; ++i) {
            for (CompletionRecord& record : records) {
                record = {7, ++token, 64, 0, iocp4j::Opcode::kRead, iocp4j::DeviceKind::kFile, 0};
            }
            sink->deliver(kWorker, records);
        }
    }
};

jlong start(std::unique_ptr<CompletionSink> sink, jint length) {
    auto delivery = std::make_unique<Delivery>();
    delivery->records.resize(static_cast<std::size_t>(length));
    delivery->sink = std::move(sink);
    delivery->sink->workerStarted(kWorker, delivery->records);
    return reinterpret_cast<jlong>(delivery.release());
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_io_github_iocp4j_SyntheticDelivery_openJava(JNIEnv* env, jclass, jobject dispatcher,
                                                                         jint length) {
    return start(std::make_unique<iocp4j::jni::JavaSink>(env, dispatcher, L"synthetic", 1U), length);
}

JNIEXPORT jlong JNICALL Java_io_github_iocp4j_SyntheticDelivery_openNative(JNIEnv*, jclass, jint length) {
    return start(std::make_unique<NativeSink>(), length);
}

JNIEXPORT void JNICALL Java_io_github_iocp4j_SyntheticDelivery_deliver(JNIEnv*, jclass, jlong delivery, jint batches) {
    reinterpret_cast<Delivery*>(delivery)->deliver(batches);
}

}  // extern "C"
